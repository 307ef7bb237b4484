#include "common/url.h"

#include <gtest/gtest.h>

#include <random>

#include "common/sha256.h"

namespace fanfetch {
namespace {

Url good(std::string_view text) {
  auto url = parse_url(text);
  if (url) return *url;
  ADD_FAILURE() << text << ": " << url.error().message;
  return {};
}

struct UrlRow {
  std::string_view text, expected;
};

// RFC 3986, 6.2.2, and what lists have in them.
constexpr UrlRow kNormalForms[] = {
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
    {"http://h/x#Section One", "http://h/x"},
    {"http://h/x?q#\x01\xff^\x7f %zz#", "http://h/x?q"},
    {"http://h#//x", "http://h/"},
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
    {"http://h/%/./%41", "http://h/%/A"},
    {"http://h/%4%31", "http://h/%4%31"},
    {"http://h/%2%65%2e/x", "http://h/%2%65./x"},
    {"http://h/%00", "http://h/%00"},
    {"http://h/a|b\"<>", "http://h/a|b\"<>"},
    {"http://h//a//b", "http://h//a//b"},
    {"http://h/\r\nX: y\t", "http://h/%0D%0AX:%20y%09"},  // no line of a request ends here
    {"http://h/\x01?\x1f\x7f", "http://h/%01?%1F%7F"},

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
  for (const auto& [text, normal] : kNormalForms) EXPECT_EQ(good(text).normal, normal) << text;
}

TEST(ParseUrl, TheNormalFormIsItsOwnNormalForm) {
  for (const auto& [text, normal] : kNormalForms) {
    const Url once = good(text);
    const Url twice = good(once.normal);
    EXPECT_EQ(once.normal, twice.normal) << text;
    EXPECT_EQ(once.host, twice.host) << text;
    EXPECT_EQ(once.port, twice.port) << text;
    EXPECT_EQ(once.path, twice.path) << text;
  }
}

// As written, but for what no URL may hold: see request_target().
constexpr UrlRow kRequests[] = {
    {"HTTP://Example.ORG:80", "http://example.org/"},
    {"https://b\xc3\xbc\x63her.example.:444?q", "https://xn--bcher-kva.example:444/?q"},
    {"http:///h/x", "http://h/x"},
    {"http://me:p%40ss@h/x", "http://h/x"},
    {"http://h/%c3%bC/%7e%41%2d%2F%2f.jpg", "http://h/%c3%bC/%7e%41%2d%2F%2f.jpg"},
    {"http://h/\xc3\xbc\xff\xe9.jpg?\x80", "http://h/%C3%BC%FF%E9.jpg?%80"},
    {"http://h/a b?c d+e%20f", "http://h/a%20b?c%20d+e%20f"},
    {"http://h/!$&'()*+,;=:@~-_.[1]?!$&'()*+,;=:@~-_./?[]",
     "http://h/!$&'()*+,;=:@~-_.[1]?!$&'()*+,;=:@~-_./?[]"},
    {"http://h/^|{}\"<>\\`", "http://h/%5E%7C%7B%7D%22%3C%3E%5C%60"},
    {"http://h/?^|{}\"<>\\`", "http://h/?%5E%7C%7B%7D%22%3C%3E%5C%60"},
    {"http://h/\r\nX: y\t\x7f", "http://h/%0D%0AX:%20y%09%7F"},
    {"http://h/100%/%zz%4%%34%31?%", "http://h/100%/%zz%4%%34%31?%"},
    {"http://h/x?", "http://h/x?"},
    {"http://h?", "http://h/?"},
    {"http://h/x??a?", "http://h/x??a?"},
    {"http://h//a///b//", "http://h//a///b//"},
    {"http://h/a/./b/../c/.", "http://h/a/c/"},
    {"http://h/../..", "http://h/"},
    {"http://h/.a/..b/c./d../...", "http://h/.a/..b/c./d../..."},
    {"http://h/a/%2e%2E/./%2e/b", "http://h/a/%2e%2E/%2e/b"},
    {"http://h/a?b/../c", "http://h/a?b/../c"},
    {"http://h/x#Section One", "http://h/x"},
    {"http://h/x?#\xff", "http://h/x?"},
};

TEST(ParseUrl, AsksForWhatWasWritten) {
  for (const auto& [text, request] : kRequests) EXPECT_EQ(good(text).request, request) << text;
}

TEST(ParseUrl, WhatIsAskedForIsItsOwnRequest) {
  for (const auto& [text, request] : kRequests) EXPECT_EQ(good(request).request, request) << text;
}

/// What the normal form leaves as it is, though no URL may hold it: the two are two links, and ask
/// for the same.
std::string escape_odd(std::string_view normal) {
  std::string escaped;
  for (const char c : normal) {
    const bool odd = std::string_view("^|{}\"<>\\`").find(c) != std::string_view::npos;
    escaped += odd ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return escaped;
}

/// A request has the identity of its link: what is asked for is what the link stands for.
TEST(ParseUrl, ARequestHasTheNormalFormOfItsLink) {
  // No `%2e`: the normal form sees a dot segment in it, and a request none.
  static constexpr std::string_view kPieces[] = {
      "/",   "/",  "/",        "a",    "b.jpg",        "/./",    "/../", "/.",   "..",  "//",
      "?",   "&",  "=",        "%41",  "%7e",          "%c3%bC", "%2F",  "%3f",  "%25", "%20",
      "+",   "zz", "\xc3\xbc", "\xff", "\xe2\x82\xac", "!",      "'()",  "*;,$", ":",   "@",
      "[1]", "~",  "-_.",      "\x01", "\x7f",         "\t",     "#",    "##"};
  static constexpr std::string_view kOdd[] = {"^", "|", "{}", "\"<>", "\\", "`"};
  static constexpr std::string_view kStray[] = {"%", "%4", "%%3", "%zz", "%%34%31"};
  std::mt19937 dice(1);  // NOLINT(cert-msc51-cpp): the same URLs each time
  const auto roll = [&](std::size_t sides) { return dice() % sides; };
  for (int i = 0; i < 5'000; ++i) {
    std::string text = roll(2) == 0 ? "http://h" : "HTTPS://u:p@Ex%41mple.org:8443";
    text += roll(8) != 0 ? '/' : '?';
    const bool has_stray = roll(2) == 0;
    for (std::size_t n = roll(12); n > 0; --n) {
      text += kPieces[roll(std::size(kPieces))];
      if (roll(3) != 0) continue;
      text += has_stray ? kStray[roll(std::size(kStray))] : kOdd[roll(std::size(kOdd))];
    }
    const Url url = good(text);
    const Url asked = good(url.request);
    // What comes behind a stray '%' is normalized less: see normalize_escapes().
    if (!has_stray) {
      EXPECT_EQ(asked.normal, escape_odd(url.normal)) << text;
    }
    EXPECT_EQ(asked.request, url.request) << text;
    for (const char c : url.request) ASSERT_TRUE(c > ' ' && c < 0x7f) << text;
  }
}

// Of ledgers that exist: their rows are found by these.
constexpr UrlRow kIdentities[] = {
    {"http://example.org/", "781bc04ec9bd049c"},
    {"http://example.org", "781bc04ec9bd049c"},
    {"HTTP://Example.ORG:80/Path/A.jpg", "2308cba08c28627d"},
    {"https://example.org:443/a.jpg", "700caca5ae8f856f"},
    {"http://example.org:8080/a.jpg", "425dc6cc8924d339"},
    {"http:///example.org/a.jpg", "65501c02e84a31da"},
    {"http://example.org./a.jpg", "65501c02e84a31da"},
    {"http://example.org/a/../b/./c.jpg", "ebebf599977b391c"},
    {"http://example.org/../../x.jpg", "3b0f017e9b0252b9"},
    {"http://example.org/%2e%2E/x/%2e/y.jpg", "2c0e7125bae38200"},
    {"http://example.org/a/%2e%2e/../b.jpg", "72c41ae310d591cd"},
    {"http://example.org/a//b///c.jpg", "93b5b89a7d0943fe"},
    {"http://example.org/a%2Fb%2f..", "aa9e38b299c1dcff"},
    {"http://example.org/x.jpg#top", "3b0f017e9b0252b9"},
    {"http://example.org/x.jpg?q#frag?", "ab1326ea76c248a5"},
    {"http://example.org?q=1", "7365eff8786da792"},
    {"http://example.org/x.jpg?", "3b0f017e9b0252b9"},
    {"http://example.org/x.jpg??", "55ee82ef4151b3cd"},
    {"http://example.org/%41%7e%2d.jpg", "01b9ff9dc346d19f"},
    {"http://example.org/%c3%bc.jpg", "4cacd375c91abd0d"},
    {"http://example.org/\xc3\xbc.jpg", "4cacd375c91abd0d"},
    {"http://example.org/\xe9.jpg", "686affb5cbd2924f"},
    {"http://example.org/?q=\xc3\xbc&r=%c3%bc", "6e9e7de12547d298"},
    {"http://example.org/a b.jpg?c d", "f981889c93b0d76f"},
    {"http://example.org/a%20b.jpg?c%20d+e", "21a2bdd10ef77b4b"},
    {"http://example.org/100%.jpg", "1f2d2e11d01d85ab"},
    {"http://example.org/%zz%4", "65173e27f8a5792f"},
    {"http://example.org/%%34%31", "a430a6c2dd126655"},
    {"http://example.org/a|b^c`d{e}f\"g<h>i\\j.jpg", "652a375ec57bcaf4"},
    {"http://example.org/x?a|b^c`d{e}f\"g<h>i\\j", "8d65dbbabd3757cb"},
    {"http://example.org/a[1].jpg?b[]=2", "9d99cdc6ef02e187"},
    {"http://example.org/!$&'()*+,;=:@~-_.jpg", "7d0de0fabcb6709f"},
    {"https://s3.example.org/b/k%2Fey%7E.jpg?X-Amz-Signature=0a%2fb&X-Amz-Date=2024;v='1'!(2)",
     "b0e33dbde57ad585"},
    {"https://cdn.example.org/x~y/%E2%9C%93.png?Policy=eyJ%2b~_-&Key-Pair-Id=A",
     "7932d80be9ebbdc3"},
    {"http://b\xc3\xbc"
     "cher.example/a.jpg",
     "68f855d635f9baa0"},
    {"http://XN--BCHER-KVA.example/a.jpg", "68f855d635f9baa0"},
    {"http://127.1/a.jpg", "5db0d6eff54c33c1"},
    {"http://0x7f.1:80/a.jpg", "5db0d6eff54c33c1"},
    {"http://[0:0:0::1]:80/a.jpg", "51eb8224fd5e0d95"},
    {"http://[2001:DB8::1]:81", "0e28e813bb3a3e1d"},
    {"http://me:p%40ss@example.org/a.jpg", "65501c02e84a31da"},
    {"http://me@example.org/a.jpg", "65501c02e84a31da"},
    {"http://-a.example.org/a.jpg", "f14549764132aaa3"},
    {"http://a_b.example.org/a.jpg", "33211154741226d3"},
    {"http://example.org/x.jpg#\xff", "3b0f017e9b0252b9"},
    {"http://example.org/a%00b", "4c9829ae0f578a4b"},
    {"http://example.org/a%0d%0ab", "218c6cdb2643b909"},
    {"http://example.org/x\xc2\xa0y", "9d4a834f115afd64"},
};

TEST(ParseUrl, TheNormalFormNeverChanges) {
  for (const auto& [text, hash] : kIdentities) {
    EXPECT_EQ(to_hex(sha256(good(text).normal)).substr(0, 16), hash) << text;
  }
}

TEST(ParseUrl, Parts) {
  const Url url = good("https://User:p%40ss@Example.org/a%20b/c.jpg?d=e#f");
  EXPECT_EQ(url.normal, "https://example.org/a%20b/c.jpg?d=e");
  EXPECT_EQ(url.request, "https://example.org/a%20b/c.jpg?d=e");
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
  for (const char* text : {"http://a@b:c@h/", "http://user:p@ss@h/", "http://a@b@c@h:80?q"}) {
    const auto url = parse_url(text);  // which one is the host?
    ASSERT_FALSE(url) << text;
    EXPECT_TRUE(url.error().message.find("%40") != std::string::npos) << url.error().message;
  }
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
        "http://h../", "http://a..b/", "http://a b/", "http://h\n/", "\thttp://h/", "http\t://h/",
        "http://h\x7f/", "http://h%7f/", "http://h:8\t0/", "http://[::1", "http://[::1]x/",
        "http://[g::]/", "http://::1/", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/",
        "http://a%00b/", "http://a%2fb/", "http://a%20b/", "http://\xff/", "http://user@:80/",
        "http://%/",
        // What IDNA maps to characters that would move the host's border:
        "http://a.example\xef\xbc\x8f.b.example/",    // /
        "http://a.example\xef\xbc\xa0\x62.example/",  // @
        "http://a.example\xef\xbc\x9a\x38\x30/",      // :
        "http://a.example\xef\xbc\x9f/",              // ?
        "http://a.example\xef\xbc\x83/",              // #
        "http://\xef\xbc\x85\x34\x31.example/",       // %
        "http://a\xef\xbc\x8e\xef\xbc\x8e/"}) {       // ..
    const auto url = parse_url(text);
    EXPECT_FALSE(url) << text << " became " << url->normal;
  }
  EXPECT_FALSE(parse_url(std::string_view("http://h\0/x", 11)));
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
  for (const char odd : {' ', '|'}) {  // the normal form leaves '|' as it is, the request does not
    EXPECT_TRUE(parse_url(begin + std::string(2600, odd) + "x"));
    EXPECT_FALSE(parse_url(begin + std::string(2700, odd) + "x"));
  }
  EXPECT_TRUE(parse_url(begin + '#' + std::string(2 * kMaxUrlBytes, 'x')));
}

TEST(MaskUserinfo, HidesSecretsAndNothingElse) {
  const UrlRow kRows[] = {
      {"http://user:pw@h/x", "http://user:***@h/x"},
      {"http://user@h", "http://user:***@h"},
      {"http://a:b@c:d@h/x@y", "http://user:***@h/x@y"},
      {"http://us\\er:p\\w@h/x", "http://user:***@h/x"},
      {"HTTPS:\\\\u:p@h\\x", "user:***@h\\x"},
      {"https:///u:p@h/", "https:///user:***@h/"},
      {"u:p@h/x", "user:***@h/x"},
      {"//u:p@h/x", "//user:***@h/x"},
      {"name,http://u:p@h/x", "name,http://user:***@h/x"},
      {"12:30 http://u:p@h/x", "12:30 http://user:***@h/x"},
      {"url: http://u:p@h/x", "url: http://user:***@h/x"},
      {"http://web/http://u:p@h/x", "http://web/http://user:***@h/x"},
      {"http://a:b@x/?u=http://u:p@h/x", "http://user:***@x/?u=http://user:***@h/x"},
      {"http://u:pw/more@h/x", "http://user:***@h/x"},
      {"http://u:p#w?/@h/x@y", "http://user:***@h/x@y"},
      {"http://h:80/x@y", "http://h:80/x@y"},
      {"http://[::1]:80/x@y", "http://[::1]:80/x@y"},
      {"mailto:a/b@c", "mailto:a/b@c"},
      {"http://h/x", "http://h/x"},
      {"http://h/@user/x@2x.png", "http://h/@user/x@2x.png"},
      {"http://h?a@b", "http://h?a@b"},
      {"http://h#a@b", "http://h#a@b"},
      {"http://h//x@2x.png", "http://h//x@2x.png"},
      {"h/x@2x.png", "h/x@2x.png"},
      {"", ""},
      {"@", "user:***@"},
      {":/", ":/"},
      {"http://", "http://"},
      {"no url", "no url"},
      {"::::////@@@@", "::::////user:***@"},
      {"b://c:\\@d", "b://user:***@d"},
      {"http://\\u:p@h/x", "http://user:***@h/x"},
      {"http:/\\u:p/w@h/x", "http:/user:***@h/x"},
      {"http:///\\\\@h", "http:///user:***@h"},
      {"//\\u@h/x", "//user:***@h/x"},
      {"x/y:/\\/u:p@h", "x/y:/\\/user:***@h"},
      {"x/y:\\\\u:p@h", "x/y:\\\\user:***@h"},
  };
  for (const auto& [text, masked] : kRows) {
    EXPECT_EQ(mask_userinfo(text), masked) << text;
    EXPECT_EQ(mask_userinfo(masked), masked) << text;
  }
}

TEST(MaskUserinfo, ALineFullOfSignsIsReadOnce) {
  const UrlRow kRows[] = {
      {"?://", "?://"},
      {"a:\\", "a:\\"},
      {":/@", ":/user:***@"},
      {"a@b:/", "user:***@b:/"},
      {"x://a:b/@", "x://user:***@"},
  };
  for (const auto& [piece, masked_piece] : kRows) {
    std::string line, masked;
    for (int i = 0; i < 500'000; ++i) {  // minutes, were each sign looked forward or back from
      line += piece;
      masked += masked_piece;
    }
    EXPECT_TRUE(mask_userinfo(line) == masked) << piece;
  }
}

TEST(MaskUserinfo, HidesWhateverParseUrlTakesForASecret) {
  for (const char* text :
       {"http://u:hush@h/", "http:///u:hush@h/", "http://a@u:hush@h/", "http://\\u:hush@h/",
        "http://h\\@u:hush@h/", "hTTp://u:hush@h?x", "http://u:hush@h#x"}) {
    const auto url = parse_url(text);
    EXPECT_EQ(mask_userinfo(text).find("hush"), std::string::npos) << text;
    EXPECT_TRUE(!url || url->userinfo.find("hush") != std::string::npos) << text;
    EXPECT_TRUE(!url || url->normal.find("hush") == std::string::npos) << text;
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
  for (const char* same : {"127.0.0.1", "%31%32%37.1", "0x7f%30%30%30%30%301", "%32130706433"}) {
    EXPECT_EQ(proxy(same), "http://127.0.0.1:1080 127.0.0.1 1080") << same;
  }
  EXPECT_EQ(proxy("%33"), "http://0.0.0.3:1080 0.0.0.3 1080");
  EXPECT_EQ(proxy("%0a"), "none");
  EXPECT_EQ(proxy(std::string_view("proxy\0:1", 8)), "none");
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
  EXPECT_EQ(parse_proxy("http://u:p@ss@proxy").error().message,
            "its user name or password has an '@': write it as %40");
}

TEST(ExtensionOfPath, IsLowerCaseAndOfTheLastComponent) {
  EXPECT_EQ(extension_of_path("/a/photo.JPG"), "jpg");
  EXPECT_EQ(extension_of_path("photo.tar.gz"), "gz");
  EXPECT_EQ(extension_of_path("/a.jpg/photo"), "");
  EXPECT_EQ(extension_of_path("/photo."), "");
  EXPECT_EQ(extension_of_path("/lib.jar!/page"), "");
  EXPECT_EQ(extension_of_path("/web/2019/https://example.com:80/page"), "");
  EXPECT_EQ(extension_of_path("/v1.2:x/photo.PNG"), "png");
  EXPECT_EQ(extension_of_path(""), "");
  EXPECT_EQ(extension_of_path("/.abcdefghijklmno"), "abcdefghijklmno");
  EXPECT_EQ(extension_of_path("/.abcdefghijklmnop"), "");
}

TEST(ExtensionOfPath, IsWithoutWhatImageServersTakeBehindIt) {
  for (const char* path : {"/X.jpg:large", "/q.JPG!thumb", "a.jpg@2x", "a.jpg:", "b/a.jpg;v=1",
                           "/a.b.jpg!w300", "a.jpg&w=5"}) {
    EXPECT_EQ(extension_of_path(path), "jpg") << path;
  }
  EXPECT_EQ(without_variant("/b/X.jpg:large"), "/b/X.jpg");
  for (const char* path : {"a:b", "a!b.jpg", "a.:b", "Fig. 1: cats", "x.y/a:b", "a.j-g:x", ""}) {
    EXPECT_EQ(without_variant(path), path);
  }
}

}  // namespace
}  // namespace fanfetch
