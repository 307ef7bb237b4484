#include "common/url.h"

#include <locale.h>

#include <algorithm>
#include <optional>

#include "common/ascii.h"
#include "common/curl/curl_url.h"
#include "common/plain_url.h"
#include "common/url_text.h"

namespace fanfetch {
namespace {

using Encode = CurlUrl::Encode;
using Form = CurlUrl::Form;
using Part = CurlUrl::Part;
using Schemes = CurlUrl::Schemes;

/// libcurl hands international names to libidn2 in the thread's locale, and a server's is often
/// "C".
class Utf8Locale {
 public:
  Utf8Locale() : previous_(uselocale(utf8())) {}
  ~Utf8Locale() { uselocale(previous_); }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  static locale_t utf8() {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
  }
  locale_t previous_;
};

constexpr bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that the escape at text[i] stands for; -1 when there is none.
constexpr int escaped_byte(std::string_view text, std::size_t i) {
  if (text[i] != '%' || text.size() - i < 3) return -1;
  const int high = hex_value(text[i + 1]);
  const int low = hex_value(text[i + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Upper-case digits, no escape of a character that needs none, and no control character, which
/// libcurl refuses. A stray '%' stays, and so does an escape that would make one of it: `%%34%31`
/// must not become `%41`, which is another URL.
std::string normalize_escapes(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  const auto is_plain = [](char c) { return c != '%' && !is_control(c); };
  if (std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);  // nearly always
  std::string normal;
  normal.reserve(text.size());
  std::size_t behind_stray = text.size() * 3 + 1;  // where `normal` had one last
  const auto would_make_an_escape = [&] {
    return normal.size() == behind_stray ||
           (normal.size() == behind_stray + 1 && hex_value(normal.back()) >= 0);
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text[i])) {
      normal += {'%', kDigits[text[i] >> 4], kDigits[text[i] & 15]};
      continue;
    }
    const int byte = escaped_byte(text, i);
    if (byte < 0) {
      normal += text[i];
      if (text[i] == '%') behind_stray = normal.size();
      continue;
    }
    if (is_unreserved(static_cast<unsigned char>(byte)) && !would_make_an_escape()) {
      normal += static_cast<char>(byte);
    } else {
      normal += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
    i += 2;
  }
  return normal;
}

constexpr std::string_view kNoHostCharacter =
    "its host name has a character that no host name may have";

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

/// What libcurl makes of `host` once it stands in the normal form. A trailing dot or characters
/// that IDNA maps (full-width digits, '/', '@') hide from its first look what it would see in the
/// second one, which comes in the worker: an address, another host, a path.
Result<std::string> read_host_again(const std::string& host) {
  CurlUrl url;
  const auto is_absent = [&](Part part) { return url.part(part).value_or("?").empty(); };
  const std::string text = "http://" + host + '/';  // behind '?' or '#' it would be seen
  if (url.read(text, Encode::no, Schemes::known) || !is_absent(Part::user) ||
      !is_absent(Part::password) || !is_absent(Part::port) || !is_absent(Part::query) ||
      !is_absent(Part::fragment) || url.part(Part::path) != "/") {
    return fail("{}", kNoHostCharacter);
  }
  return url.part(Part::host).value_or("");
}

Result<std::string> read_host(const CurlUrl& url) {
  std::optional<Utf8Locale> utf8;
  const auto raw = url.part(Part::host);
  if (raw && !is_ascii(*raw)) utf8.emplace();
  auto host = url.part(Part::host, Form::punycode);
  if (!host) return fail("its host name is not a valid international name");
  *host = to_lower(*host);
  if (host->ends_with('.')) host->pop_back();
  if (host->empty()) return fail("it has no host");
  if (host->find('%') != std::string::npos) return fail("its host name has a '%'");
  if (has_control(*host)) return fail("{}", kNoHostCharacter);
  if (host->starts_with('.') || host->ends_with('.') || host->find("..") != std::string::npos) {
    return fail("its host name has an empty part");
  }
  if (const auto zone = url.part(Part::zone); !zone || !zone->empty()) {
    return fail("its address has a zone, which means something on one machine only");
  }
  return host == raw ? host.value() : read_host_again(*host);
}

/// What to tell of a URL that libcurl cannot read.
std::string words_for(const CurlUrl::Problem& problem, std::string_view url) {
  const std::string_view authority = split_url(url).authority;
  if (authority.find('@') == authority.rfind('@')) return problem.text;
  return "its user name or password has an '@': write it as %40";
}

/// Where the authority begins behind the slashes at `from`. Both kinds of slash are skipped, but
/// not a backslash behind the last '/': libcurl takes it for a part of the user's name.
std::size_t begin_of_authority(std::string_view text, std::size_t from, std::size_t slashes) {
  const std::size_t last = text.substr(from, slashes).rfind('/');
  return from + (last == std::string_view::npos ? slashes : last + 1);
}

/// Where the authority that begins at `begin` ends. Behind `//`, what follows its last colon and is
/// no port is a password: one that holds a `/`, `?` or `#` as it is goes on to the next '@'.
/// `last_at`: of all text, so that nothing is looked for in vain.
std::size_t end_of_authority(std::string_view text, std::size_t begin, bool behind_slashes,
                             std::size_t last_at) {
  constexpr std::string_view kEnds = "/?#";
  const std::size_t end = std::min(text.find_first_of(kEnds, begin), text.size());
  const std::string_view authority = text.substr(begin, end - begin);
  const std::size_t colon = authority.rfind(':');
  const bool has_password = behind_slashes && end < last_at && colon != authority.npos &&
                            !authority.starts_with('[') && authority.find('@') == authority.npos &&
                            authority.find_first_not_of("0123456789", colon + 1) != authority.npos;
  const std::size_t at = has_password ? text.find('@', end) : std::string_view::npos;
  return at == std::string_view::npos ? end : std::min(text.find_first_of(kEnds, at), text.size());
}

}  // namespace

std::string Url::origin() const {
  const std::string number = std::to_string(port);
  std::string text;
  text.reserve(scheme.size() + host.size() + number.size() + 4);
  return std::move(text.append(scheme).append("://").append(host).append(1, ':').append(number));
}

std::string_view Url::bare_host() const {
  std::string_view bare = host;
  if (bare.starts_with('[') && bare.ends_with(']')) bare = bare.substr(1, bare.size() - 2);
  return bare;
}

Result<Url> parse_url(std::string_view text) {
  if (auto plain = plain_url(text)) return std::move(*plain);
  text = without_fragment(text);
  if (text.size() > kMaxUrlBytes) {
    return fail("it is {} bytes long; {} is the most", text.size(), kMaxUrlBytes);
  }
  CurlUrl parsed;
  const auto problem = parsed.read(normalize_escapes(text), Encode::yes, Schemes::all);
  if ((problem && problem->bad_scheme) || text.find("://") == std::string_view::npos) {
    return fail("it does not start with http:// or https://");
  }
  if (problem) return fail("{}", words_for(*problem, text));

  Url url;
  url.scheme = parsed.part(Part::scheme).value_or("");
  url.scheme = to_lower(url.scheme);
  if (url.scheme != "http" && url.scheme != "https") {
    return fail("{}:// is not supported, only http:// and https://", url.scheme);
  }
  auto host = read_host(parsed);
  if (!host) return tl::unexpected(host.error());
  url.host = std::move(*host);

  const std::uint16_t default_port = url.scheme == "https" ? 443 : 80;
  const auto port = parsed.part(Part::port).value_or("");
  url.port = port.empty() ? default_port : static_cast<std::uint16_t>(std::stoul(port));
  if (url.port == 0) return fail("its port is 0");

  const auto user = parsed.part(Part::user, Form::percent_decoded);
  const auto password = parsed.part(Part::password, Form::percent_decoded);
  if (!user || !password) return fail("its user name or password has a control character");
  if (!user->empty() || !password->empty()) url.userinfo = *user + ':' + *password;
  if (url.userinfo.size() > kMaxUserinfoBytes) {
    return fail("its user name and password are {} bytes long; {} is the most", url.userinfo.size(),
                kMaxUserinfoBytes);
  }

  // Once more: libcurl's own escapes have lower-case digits.
  url.path = normalize_escapes(parsed.part(Part::path).value_or("/"));
  const auto query = normalize_escapes(parsed.part(Part::query).value_or(""));
  url.normal = url.scheme + "://" + url.host;
  if (url.port != default_port) url.normal += ':' + std::to_string(url.port);
  const UrlPieces written = split_url(text);
  url.request = url.normal + request_target(written.path, written.query);
  url.normal += url.path;
  if (!query.empty()) url.normal += '?' + query;
  const std::size_t longest = std::max(url.request.size(), url.normal.size());
  if (longest > kMaxUrlBytes) {
    return fail("encoded it is {} bytes long; {} is the most", longest, kMaxUrlBytes);
  }
  return url;
}

Result<ProxyUrl> parse_proxy(std::string_view text) {
  if (has_control(text)) return fail("it has a control character");
  CurlUrl parsed;
  const bool has_scheme = text.find("://") != std::string_view::npos;
  // As in a link: an address whose digits are escaped is one for libcurl only when it is read
  // again.
  const std::string whole = (has_scheme ? "" : "http://") + normalize_escapes(text);
  if (const auto problem = parsed.read(whole, Encode::no, Schemes::all)) {
    return fail("{}", words_for(*problem, whole));
  }
  std::string scheme = parsed.part(Part::scheme).value_or("");
  scheme = to_lower(scheme);
  if (scheme == "socks" || scheme == "socks4") scheme = "socks4a";
  if (scheme == "socks5") scheme = "socks5h";
  if (scheme != "http" && scheme != "https" && scheme != "socks4a" && scheme != "socks5h") {
    return fail("{}:// is no kind of proxy", scheme);
  }
  auto host = read_host(parsed);
  if (!host) return tl::unexpected(host.error());
  const auto given_port = parsed.part(Part::port).value_or("");
  const int port = given_port.empty() ? (scheme == "https" ? 443 : 1080) : std::stoi(given_port);
  const auto user = parsed.part(Part::user);
  const auto password = parsed.part(Part::password);
  if (port == 0 || !user || !password) return fail("its port is 0, or its user cannot be read");

  ProxyUrl proxy{.host = *host, .port = static_cast<std::uint16_t>(port)};
  std::string userinfo;
  if (!user->empty() || !password->empty()) userinfo = *user + ':' + *password + '@';
  proxy.text = fmt::format("{}://{}{}:{}", scheme, userinfo, *host, port);
  if (host->starts_with('[')) proxy.host = host->substr(1, host->size() - 2);
  return proxy;
}

std::string_view without_variant(std::string_view name) {
  static constexpr std::string_view kSigns = ":!@;~&";
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return name;
  const std::size_t sign = std::min(name.find_first_of(kSigns, dot), name.size());
  const std::string_view extension = name.substr(dot + 1, sign - dot - 1);
  const bool is_one =
      !extension.empty() && std::all_of(extension.begin(), extension.end(), is_alphanumeric);
  return is_one ? name.substr(0, sign) : name;
}

std::string extension_of_path(std::string_view path) {
  static constexpr std::size_t kMaxBytes = 16;  // with its dot; the longest known is .geojson
  const std::string_view name = without_variant(path.substr(path.rfind('/') + 1));  // npos + 1 is 0
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.size() - dot > kMaxBytes) return "";
  return to_lower(name.substr(dot + 1));
}

std::string mask_userinfo(std::string_view text) {
  const std::size_t last_at = text.rfind('@');
  if (last_at == std::string_view::npos) return std::string(text);  // nearly always
  std::string masked;
  std::size_t copied = 0;
  std::size_t end = 0;                      // of an authority
  std::size_t at = std::string_view::npos;  // its last '@'
  // At the beginning, and behind each "://" or what libcurl takes for it: a list's line may be
  // anything, and a URL may hold another one.
  for (std::size_t next = 0; next != std::string_view::npos;) {
    const std::size_t slashes = std::min(text.find_first_not_of("/\\", next), text.size()) - next;
    const std::size_t begin = begin_of_authority(text, next, slashes);
    // Where authorities overlap they end together: nothing is looked at twice.
    if (next == 0 || begin > end) {
      end = end_of_authority(text, begin, slashes >= 2, last_at);
      at = text.substr(begin, end - begin).rfind('@');
      if (at != std::string_view::npos) at += begin;
    }
    // Two may begin at one '@', which is masked once.
    const bool is_new = copied == 0 || begin > copied;
    if (at != std::string_view::npos && at >= begin && is_new) {
      masked.append(text, copied, begin - copied).append("user:***");
      copied = at;
    }
    do {
      next = text.find(':', next);
      if (next != std::string_view::npos) ++next;
    } while (next < text.size() && text[next] != '/' && text[next] != '\\');
    if (next >= text.size()) break;
  }
  return masked.append(text, copied);
}

std::string percent_decode(std::string_view text) {
  if (text.find('%') == std::string_view::npos) return std::string(text);  // nearly always
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = escaped_byte(text, i);
    decoded += byte < 0 ? text[i] : static_cast<char>(byte);
    if (byte >= 0) i += 2;
  }
  return decoded;
}

}  // namespace fanfetch
