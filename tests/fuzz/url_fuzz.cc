// libFuzzer harness of URLs and addresses as lists, servers and users write them. Input: a byte
// that chooses what is read, then lines. See scripts/fuzz.

#include <arpa/inet.h>

#include <cctype>

#include "common/ip_address.h"
#include "common/ip_network.h"
#include "common/plain_url.h"
#include "common/url.h"
#include "common/url_text.h"
#include "common/utf8.h"
#include "tests/fuzz/fuzz_input.h"

namespace fanfetch::fuzz {
namespace {

/// What a request line may hold.
bool is_sendable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

void require_same(const Url& one, const Url& other) {
  REQUIRE(one.request == other.request);
  REQUIRE(one.normal == other.normal);
  REQUIRE(one.scheme == other.scheme);
  REQUIRE(one.host == other.host);
  REQUIRE(one.port == other.port);
  REQUIRE(one.path == other.path);
}

void check_url(const std::string& text) {
  const auto url = parse_url(text);
  const auto plain = plain_url(text);
  REQUIRE(!plain || url);
  if (!url) {
    REQUIRE(is_sendable(url.error().message) ||
            url.error().message.find('\n') == std::string::npos);
    return;
  }
  REQUIRE(url->request.size() <= kMaxUrlBytes && url->normal.size() <= kMaxUrlBytes);
  REQUIRE(url->userinfo.size() <= kMaxUserinfoBytes);
  REQUIRE(is_sendable(url->request) && is_sendable(url->normal));
  REQUIRE(url->scheme == "http" || url->scheme == "https");
  REQUIRE(url->port != 0 && !url->host.empty() && !url->host.ends_with('.'));
  REQUIRE(url->host.find_first_of("/?#@\\%") == std::string::npos);
  REQUIRE(std::none_of(url->host.begin(), url->host.end(),
                       [](char c) { return c >= 'A' && c <= 'Z'; }));
  REQUIRE(url->path.starts_with('/') && url->path.find_first_of("?#") == std::string::npos);
  REQUIRE(url->normal.starts_with(url->scheme + "://" + url->host));
  REQUIRE(url->request.starts_with(url->scheme + "://" + url->host));
  REQUIRE(url->normal.find('#') == std::string::npos);
  REQUIRE(url->request.find('#') == std::string::npos);

  // What is written in full is the same link, however often it is read.
  const auto normal = parse_url(url->normal);
  REQUIRE(normal && normal->normal == url->normal && normal->origin() == url->origin());
  const auto request = parse_url(url->request);
  REQUIRE(request && request->request == url->request);
  // The normal form, whose hashes are in ledgers, keeps some bytes that a request escapes, and
  // has '+' for a blank.
  const bool is_odd = url->normal.find_first_of("\"<>\\^`{|}+") != std::string::npos;
  REQUIRE(is_odd || request->normal == url->normal);
  // Only the whole reading takes a text with a fragment.
  const auto whole = parse_url(text.substr(0, text.find('#')) + "#f");
  REQUIRE(whole);
  require_same(*url, *whole);

  // Whatever the system takes for an address is known to be one: no spelling passes the policy.
  in_addr address{};
  if (::inet_aton(url->host.c_str(), &address) != 0) {
    REQUIRE(scope_of_literal(url->bare_host()).has_value());
    REQUIRE(::inet_pton(AF_INET, url->host.c_str(), &address) == 1);
  }
  if (url->host.starts_with('[')) REQUIRE(scope_of_literal(url->bare_host()).has_value());

  if (!url->userinfo.empty()) {
    const auto masked = parse_url(mask_userinfo(text));
    REQUIRE(masked && (masked->userinfo == "***:" || masked->userinfo == "user:***"));
  }
}

void check_reference(const std::string& base_text, const std::string& reference) {
  const auto base = parse_url(base_text);
  if (!base) return;
  const std::string resolved = resolve_url(base->request, reference);
  const auto url = parse_url(resolved);
  if (!url) return;
  // What has neither a scheme nor slashes at its beginning stays on its server.
  const auto before_path = reference.substr(0, reference.find_first_of("/?#\\"));
  const bool names_host =
      before_path.find(':') != std::string::npos || (before_path.empty() && reference.size() > 1 &&
                                                     (reference[1] == '/' || reference[1] == '\\'));
  if (!names_host) REQUIRE(url->origin() == base->origin());
  REQUIRE(url->userinfo.empty() || reference.find('@') != std::string::npos);
}

void check_pieces(const std::string& text) {
  const std::string_view whole = without_fragment(text);
  REQUIRE(whole.find('#') == std::string_view::npos);
  if (!written_scheme(whole).empty()) {
    const UrlPieces pieces = split_url(whole);
    std::string joined(pieces.scheme);
    for (const auto piece :
         {std::string_view(":"), pieces.slashes, pieces.authority, pieces.path, pieces.query}) {
      joined += piece;
    }
    REQUIRE(joined.size() >= whole.size());
    REQUIRE(pieces.path.empty() || pieces.path.starts_with('/'));
    REQUIRE(pieces.query.empty() || pieces.query.starts_with('?'));
    const std::string target = request_target(pieces.path, pieces.query);
    REQUIRE(target.starts_with('/') && is_sendable(target));
    const std::size_t query = std::min(target.find('?'), target.size());
    const auto view = std::string_view(target);
    REQUIRE(request_target(view.substr(0, query), view.substr(query)) == target);
  }
  const std::string path = '/' + text;
  const std::string removed = remove_dot_segments(path);
  REQUIRE(removed.starts_with('/') && removed.size() <= path.size());
  REQUIRE(remove_dot_segments(removed) == removed);
  REQUIRE((removed + '/').find("/../") == std::string::npos);
  REQUIRE((removed + '/').find("/./") == std::string::npos);
  REQUIRE(percent_decode(text).size() <= text.size());
  const std::string masked = mask_userinfo(text);
  REQUIRE(mask_userinfo(masked) == masked);
  REQUIRE(text.starts_with(without_variant(text)));
  REQUIRE(extension_of_path(text).size() < 16);
}

void check_proxy(const std::string& text) {
  const auto proxy = parse_proxy(text);
  if (!proxy) return;
  REQUIRE(proxy->port != 0 && !proxy->host.empty());
  const std::string scheme = proxy->text.substr(0, proxy->text.find("://"));
  REQUIRE(scheme == "http" || scheme == "https" || scheme == "socks4a" || scheme == "socks5h");
  const auto again = parse_proxy(proxy->text);
  REQUIRE(again && again->text == proxy->text && again->host == proxy->host &&
          again->port == proxy->port);
}

void check_addresses(const std::string& text) {
  if (const auto address = parse_ip(text)) {
    const std::string written = to_text(*address);
    const auto again = parse_ip(written);
    REQUIRE(again && *again == *address);
    const auto scope = scope_of_literal(text);
    REQUIRE(scope && scope == scope_of_literal(written));
  }
  if (const auto network = parse_cidr(text)) {
    REQUIRE(network->bits <= network->network.bits());
    REQUIRE(network->contains(network->network));
    const auto again = parse_cidr(to_text(*network));
    REQUIRE(again && *again == *network);
  }
  if (const auto endpoint = parse_endpoint(text, 53)) {
    const std::string address = to_text(endpoint->address);
    const auto again = parse_endpoint('[' + address + "]:" + std::to_string(endpoint->port), 1);
    REQUIRE(!endpoint->address.v6 || (again && *again == *endpoint));
  }
}

void check_text(const std::string& text) {
  const std::string valid = valid_utf8(text);
  REQUIRE(valid_utf8(valid) == valid);
  for (const std::size_t most : {std::size_t{8}, std::size_t{500}}) {
    const std::string shown = printable(text, most);
    REQUIRE(shown.size() <= most && valid_utf8(shown) == shown);
    for (std::string_view left = shown; !left.empty();) {
      const Utf8Character c = decode_utf8(left);
      REQUIRE(c.valid && c.code >= ' ' && (c.code < 0x7f || c.code > 0x9f));
      REQUIRE(c.code != 0x2028 && c.code != 0x2029 && c.code != 0x61c);
      REQUIRE((c.code < 0x200e || c.code > 0x200f) && (c.code < 0x202a || c.code > 0x202e) &&
              (c.code < 0x2066 || c.code > 0x2069));
      left.remove_prefix(c.bytes);
    }
  }
}

}  // namespace
}  // namespace fanfetch::fuzz

// libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanfetch::fuzz;
  Input input(data, size);
  const auto choice = input.byte();
  const std::string text = input.line();
  switch (choice % 6) {
    case 0: check_url(text); break;
    case 1: check_reference(text, input.rest()); break;
    case 2: check_pieces(text); break;
    case 3: check_proxy(text); break;
    case 4: check_addresses(text); break;
    case 5: check_text(text + '\n' + input.rest()); break;
  }
  return 0;
}
