#include "common/url.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

Url good(std::string_view text) {
  auto url = parse_url(text);
  if (url) return *url;
  ADD_FAILURE() << text << ": " << url.error().message;
  return {};
}

struct Row {
  std::string_view text, normal;
};

// RFC 3986, 6.2.2, and what lists have in them.
constexpr Row kNormalForms[] = {
    {"http://example.org", "http://example.org/"},
    {"HTTP://Example.ORG/Path", "http://example.org/Path"},
    {"http://h:80/", "http://h/"},
    {"https://h:443/", "https://h/"},
    {"http://h:443/", "http://h:443/"},
    {"http://h:/", "http://h/"},
    {"http://h:00080/", "http://h/"},
    {"http://h:8080", "http://h:8080/"},
    {"http:///h/x", "http://h/x"},
    {"http://h/a/../b/./c", "http://h/b/c"},
    {"http://h/../../x", "http://h/x"},
    {"http://h/%2e%2E/x/%2e/y", "http://h/x/y"},
    {"http://h/a%2Fb%2f..", "http://h/a%2Fb%2F.."},
    {"http://h/x#frag", "http://h/x"},
    {"http://h/x?q#frag?", "http://h/x?q"},
    {"http://h?q", "http://h/?q"},
    {"http://h/?", "http://h/"},
    {"http://h/%41%7e%2d", "http://h/A~-"},
    {"http://h/%c3%bc", "http://h/%C3%BC"},
    {"http://h/\xc3\xbc", "http://h/%C3%BC"},
    {"http://h/?q=\xc3\xbc&r=%c3%bc", "http://h/?q=%C3%BC&r=%C3%BC"},
    {"http://h/a b?c d", "http://h/a%20b?c+d"},
    {"http://h/\xff", "http://h/%FF"},
    {"http://h/%zz%4", "http://h/%zz%4"},
    {"http://h/%%34%31", "http://h/%%341"},
    {"http://h/%2%65%2e/x", "http://h/%2%65./x"},
    {"http://h/%00", "http://h/%00"},
    {"http://h/a|b\"<>", "http://h/a|b\"<>"},
    {"http://h//a//b", "http://h//a//b"},

    {"http://example.org./x", "http://example.org/x"},
    {"http://example.org.:81/x", "http://example.org:81/x"},
    {"http://ex%41mple.org/", "http://example.org/"},
    {"http://b\xc3\xbc\x63her.example/", "http://xn--bcher-kva.example/"},
    {"http://B\xc3\x9c\x43HER.example./", "http://xn--bcher-kva.example/"},
    {"http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/"},
    {"http://a\xe3\x80\x82\x62/", "http://a.b/"},  // ideographic full stop
    {"http://bu\xcc\x88\x63her.example/", "http://xn--bcher-kva.example/"},  // u, then two dots
    {"http://BU\xcc\x88\x43HER.example/", "http://xn--bcher-kva.example/"},
    {"http://XN--BCHER-KVA.example/", "http://xn--bcher-kva.example/"},
    {"http://b%C3%BCcher.example/", "http://xn--bcher-kva.example/"},
    {"http://\xef\xbd\x82\xc3\xbc\x63her.example/", "http://xn--bcher-kva.example/"},  // wide b
    {"http://\xef\xbc\xa5\xef\xbd\x98.example/", "http://ex.example/"},     // wide E, wide x
    {"http://stra\xc3\x9f\x65.example/", "http://xn--strae-oqa.example/"},  // not strasse
    {"http://\xe2\x84\xa8\x61.example/", "http://za.example/"},             // black-letter Z
    {"http://\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88/",
     "http://xn--r8jz45g.xn--zckzah/"},
    {"http://a_b/", "http://a_b/"},

    {"http://127.1/", "http://127.0.0.1/"},
    {"http://0x7f.1/", "http://127.0.0.1/"},
    {"http://2130706433/", "http://127.0.0.1/"},
    {"http://017700000001/", "http://127.0.0.1/"},
    {"http://127.0.0.1./", "http://127.0.0.1/"},
    {"http://2130706433./", "http://127.0.0.1/"},
    {"http://127.1./", "http://127.0.0.1/"},
    {"http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.1/", "http://127.0.0.1/"},  // full-width 127
    {"http://[::1]/", "http://[::1]/"},
    {"http://[0:0:0::1]:80/", "http://[::1]/"},
    {"http://[::FFFF:127.0.0.1]:8080/", "http://[::ffff:127.0.0.1]:8080/"},
};

TEST(ParseUrl, MakesTheNormalForm) {
  for (const auto& [text, normal] : kNormalForms) EXPECT_EQ(good(text).text, normal) << text;
}

TEST(ParseUrl, TheNormalFormIsItsOwnNormalForm) {
  for (const auto& [text, normal] : kNormalForms) {
    const Url once = good(text);
    const Url twice = good(once.text);
    EXPECT_EQ(once.text, twice.text) << text;
    EXPECT_EQ(once.host, twice.host) << text;
    EXPECT_EQ(once.port, twice.port) << text;
    EXPECT_EQ(once.path, twice.path) << text;
  }
}

TEST(ParseUrl, Parts) {
  const Url url = good("https://User:p%40ss@Example.org/a%20b/c.jpg?d=e#f");
  EXPECT_EQ(url.text, "https://example.org/a%20b/c.jpg?d=e");
  EXPECT_EQ(url.userinfo, "User:p@ss");
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.host, "example.org");
  EXPECT_EQ(url.port, 443);
  EXPECT_EQ(url.path, "/a%20b/c.jpg");
  EXPECT_EQ(url.origin(), "https://example.org:443");
  EXPECT_EQ(url.bare_host(), "example.org");

  const Url v6 = good("http://[2001:DB8::1]:81");
  EXPECT_EQ(v6.host, "[2001:db8::1]");
  EXPECT_EQ(v6.bare_host(), "2001:db8::1");
  EXPECT_EQ(v6.origin(), "http://[2001:db8::1]:81");
  EXPECT_EQ(v6.path, "/");
}

TEST(ParseUrl, Userinfo) {
  EXPECT_EQ(good("http://h/").userinfo, "");
  EXPECT_EQ(good("http://@h/").userinfo, "");
  EXPECT_EQ(good("http://user@h/").userinfo, "user:");
  EXPECT_EQ(good("http://:pw@h/").userinfo, ":pw");
  EXPECT_FALSE(parse_url("http://a@b:c@h/")) << "which one is the host?";
  EXPECT_EQ(good("http://good.example\\@evil.example/").host, "evil.example");
  EXPECT_FALSE(parse_url("http://u%0d%0aX:p@h/"));
  EXPECT_TRUE(parse_url("http://" + std::string(kMaxUserinfoBytes - 1, 'u') + "@h/"));
  EXPECT_FALSE(parse_url("http://" + std::string(kMaxUserinfoBytes, 'u') + "@h/"));
}

TEST(ParseUrl, RefusesWhatIsNoWebLink) {
  for (const std::string_view text :
       {"", " ", "/", "x", "example.org/x.jpg", "//h/x", "http:", "http:/", "http://", "http:///",
        "http:h", "http:/h/x", "ftp://h/", "file:///etc/passwd", "javascript:alert(1)",
        "data:text/plain,http://x/", "://h/", "http//h", "x?http://h/", "http://h:0/",
        "http://h:65536/", "http://h:-1/", "http://h:80a/", "http://./", "http://../", "http://.h/",
        "http://h../", "http://a..b/", "http://a b/", "http://h\n/", "http://h/\r\nX: y",
        "http://h/\t", "http://[::1", "http://[::1]x/", "http://[g::]/", "http://::1/",
        "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://a%00b/", "http://a%2fb/",
        "http://a%20b/", "http://\xff/", "http://user@:80/", "http://%/",
        // What IDNA maps to characters that would move the host's border:
        "http://a.example\xef\xbc\x8f.b.example/",    // /
        "http://a.example\xef\xbc\xa0\x62.example/",  // @
        "http://a.example\xef\xbc\x9a\x38\x30/",      // :
        "http://a.example\xef\xbc\x9f/",              // ?
        "http://a.example\xef\xbc\x83/",              // #
        "http://\xef\xbc\x85\x34\x31.example/",       // %
        "http://a\xef\xbc\x8e\xef\xbc\x8e/"}) {       // ..
    const auto url = parse_url(text);
    EXPECT_FALSE(url) << text << " became " << url->text;
  }
  EXPECT_FALSE(parse_url(std::string_view("http://h/\0x", 11)));
}

TEST(ParseUrl, ErrorsDoNotRepeatTheUrl) {
  for (const char* text :
       {"http://u:hush@h:99999/", "hush://x/", "http://hush hush/", "http://u:hush\x01@h/"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    if (std::string_view(text).starts_with("hush")) continue;  // the scheme is named
    EXPECT_EQ(url.error().message.find("hush"), std::string::npos) << url.error().message;
  }
}

TEST(ParseUrl, LengthIsBoundedBeforeAndAfterEncoding) {
  const std::string begin = "http://h/";
  EXPECT_TRUE(parse_url(begin + std::string(kMaxUrlBytes - begin.size(), 'x')));
  EXPECT_FALSE(parse_url(begin + std::string(kMaxUrlBytes - begin.size() + 1, 'x')));
  EXPECT_TRUE(parse_url(begin + std::string(2600, ' ') + "x"));
  EXPECT_FALSE(parse_url(begin + std::string(2700, ' ') + "x"));
}

TEST(ResolveUrl, FollowsReferencesAsBrowsersDo) {
  const std::string base = "https://a.org/x/y?q";
  EXPECT_EQ(resolve_url(base, "z.jpg"), "https://a.org/x/z.jpg");
  EXPECT_EQ(resolve_url(base, "/z.jpg?p"), "https://a.org/z.jpg?p");
  EXPECT_EQ(resolve_url(base, "//b.org/z"), "https://b.org/z");
  EXPECT_EQ(resolve_url(base, "http://c.org/z"), "http://c.org/z");
  EXPECT_EQ(resolve_url(base, "../a b.jpg"), "https://a.org/a%20b.jpg");
}

TEST(MaskUserinfo, HidesSecretsAndNothingElse) {
  const Row kRows[] = {
      {"http://user:pw@h/x", "http://***@h/x"},
      {"http://user@h", "http://***@h"},
      {"http://a:b@c:d@h/x@y", "http://***@h/x@y"},
      {"http://us\\er:p\\w@h/x", "http://***@h/x"},
      {"HTTPS:\\\\u:p@h\\x", "***@h\\x"},
      {"https:///u:p@h/", "https:///***@h/"},
      {"u:p@h/x", "***@h/x"},
      {"//u:p@h/x", "//***@h/x"},
      {"name,http://u:p@h/x", "name,http://***@h/x"},
      {"12:30 http://u:p@h/x", "12:30 http://***@h/x"},
      {"url: http://u:p@h/x", "url: http://***@h/x"},
      {"http://web/http://u:p@h/x", "http://web/http://***@h/x"},
      {"http://a:b@x/?u=http://u:p@h/x", "http://***@x/?u=http://***@h/x"},
      {"http://h/x", "http://h/x"},
      {"http://h/@user/x@2x.png", "http://h/@user/x@2x.png"},
      {"http://h?a@b", "http://h?a@b"},
      {"http://h#a@b", "http://h#a@b"},
      {"http://h//x@2x.png", "http://h//x@2x.png"},
      {"h/x@2x.png", "h/x@2x.png"},
      {"", ""},
      {"@", "***@"},
      {":/", ":/"},
      {"http://", "http://"},
      {"no url", "no url"},
      {"::::////@@@@", "::::////***@"},
  };
  for (const auto& [text, masked] : kRows) EXPECT_EQ(mask_userinfo(text), masked) << text;
}

TEST(MaskUserinfo, HidesWhateverParseUrlTakesForASecret) {
  for (const char* text :
       {"http://u:hush@h/", "http:///u:hush@h/", "http://a@u:hush@h/", "http://\\u:hush@h/",
        "http://h\\@u:hush@h/", "hTTp://u:hush@h?x", "http://u:hush@h#x"}) {
    const auto url = parse_url(text);
    EXPECT_EQ(mask_userinfo(text).find("hush"), std::string::npos) << text;
    EXPECT_TRUE(!url || url->userinfo.find("hush") != std::string::npos) << text;
    EXPECT_TRUE(!url || url->text.find("hush") == std::string::npos) << text;
  }
}

TEST(PercentDecode, DecodesOnceAndLeavesWhatIsMalformed) {
  EXPECT_EQ(percent_decode("a%20b%2fc%2F"), "a b/c/");
  EXPECT_EQ(percent_decode("%2541"), "%41");
  EXPECT_EQ(percent_decode("%"), "%");
  EXPECT_EQ(percent_decode("%4"), "%4");
  EXPECT_EQ(percent_decode("%zz%%41"), "%zz%A");
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
  EXPECT_EQ(percent_decode("%C3%BC"), "\xc3\xbc");
}

std::string proxy(std::string_view text) {
  const auto parsed = parse_proxy(text);
  if (!parsed) return "none";
  return fmt::format("{} {} {}", parsed->text, parsed->host, parsed->port);
}

TEST(ParseProxy, LeavesNothingToGuess) {
  EXPECT_EQ(proxy("http://Proxy.Example:3128/"), "http://proxy.example:3128 proxy.example 3128");
  EXPECT_EQ(proxy("proxy"), "http://proxy:1080 proxy 1080");
  EXPECT_EQ(proxy("proxy.:3128"), "http://proxy:3128 proxy 3128");
  EXPECT_EQ(proxy("https://proxy"), "https://proxy:443 proxy 443");
  EXPECT_EQ(proxy("http://[::1]:8080"), "http://[::1]:8080 ::1 8080");
  EXPECT_EQ(proxy("http://me:p%40ss@proxy:1"), "http://me:p%40ss@proxy:1 proxy 1");
}

/// Or else a worker would have to look the link's host up.
TEST(ParseProxy, SocksResolvesAtTheProxy) {
  EXPECT_EQ(proxy("socks5://proxy"), "socks5h://proxy:1080 proxy 1080");
  EXPECT_EQ(proxy("SOCKS5H://proxy:9"), "socks5h://proxy:9 proxy 9");
  EXPECT_EQ(proxy("socks4://proxy"), "socks4a://proxy:1080 proxy 1080");
  EXPECT_EQ(proxy("socks4a://proxy"), "socks4a://proxy:1080 proxy 1080");
}

TEST(ParseProxy, WhatIsNoProxy) {
  for (const char* bad : {"", "ftp://proxy", "http://", "http://proxy:0", "http://proxy:x",
                          "http://a b", "http://[fe80::1%25eth0]:1"}) {
    EXPECT_EQ(proxy(bad), "none") << bad;
  }
}

TEST(ExtensionOfPath, IsLowerCaseAndOfTheLastComponent) {
  EXPECT_EQ(extension_of_path("/a/photo.JPG"), "jpg");
  EXPECT_EQ(extension_of_path("photo.tar.gz"), "gz");
  EXPECT_EQ(extension_of_path("/a.jpg/photo"), "");
  EXPECT_EQ(extension_of_path("/photo."), "");
  EXPECT_EQ(extension_of_path(""), "");
  EXPECT_EQ(extension_of_path("/.abcdefghijklmno"), "abcdefghijklmno");
  EXPECT_EQ(extension_of_path("/.abcdefghijklmnop"), "");
}

}  // namespace
}  // namespace fanfetch
