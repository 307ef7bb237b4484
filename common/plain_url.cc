#include "common/plain_url.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/ascii.h"

namespace fanfetch {
namespace {

/// Longer host names are no names of DNS.
constexpr std::size_t kMaxHostBytes = 253;

constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

using Table = std::array<bool, 256>;

constexpr Table table_of(std::string_view marks) {
  Table table{};
  for (int c = 0; c < 256; ++c) {
    const char one = static_cast<char>(c);
    table[static_cast<std::size_t>(c)] = is_digit(one) || is_lower(one) || (c >= 'A' && c <= 'Z') ||
                                         marks.find(one) != std::string_view::npos;
  }
  return table;
}

/// No escapes, which have more than one spelling, and in a query no '+', which has two meanings.
constexpr Table kInPath = table_of("-._~/!$&'()*+,;=:@");
constexpr Table kInQuery = table_of("-._~/=&:,");

bool all_in(const Table& table, std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return table[static_cast<unsigned char>(c)]; });
}

/// The number at the beginning of `text`, without zeros in front, which is taken off it; nullopt:
/// there is none, or it is over `most`.
std::optional<unsigned> take_number(std::string_view& text, unsigned most) {
  unsigned number = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, number);
  const auto size = static_cast<std::size_t>(after - text.data());
  if (error != std::errc() || number > most || (text.front() == '0' && size > 1)) {
    return std::nullopt;
  }
  text.remove_prefix(size);
  return number;
}

/// Four numbers, as libcurl writes an address.
bool is_ipv4(std::string_view host) {
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && !host.starts_with('.')) return false;
    if (part > 0) host.remove_prefix(1);
    if (!take_number(host, 255)) return false;
  }
  return host.empty();
}

/// A name that can be no address (its last part begins with a letter) and no international one.
bool is_plain_name(std::string_view host) {
  if (host.empty() || host.size() > kMaxHostBytes) return false;
  char before = '.';
  for (const char c : host) {
    if (!is_lower(c) && !is_digit(c) && c != '.' && c != '-') return false;
    if ((c == '.' || c == '-') && (before == '.' || before == '-')) return false;
    before = c;
  }
  return before != '.' && before != '-' && is_lower(host[host.rfind('.') + 1]);  // npos + 1 is 0
}

}  // namespace

std::optional<Url> plain_url(std::string_view text) {
  const std::size_t scheme = text.starts_with("http://") ? 4 : text.starts_with("https://") ? 5 : 0;
  if (scheme == 0 || text.size() > kMaxUrlBytes) return std::nullopt;
  const std::size_t host = scheme + 3;
  const std::size_t path = text.find('/', host);
  if (path == std::string_view::npos) return std::nullopt;
  const std::size_t query = std::min(text.find('?', path), text.size());

  const std::string_view authority = text.substr(host, path - host);
  const std::string_view name = authority.substr(0, authority.find(':'));
  if (!is_plain_name(name) && !is_ipv4(name)) return std::nullopt;
  const unsigned usual = scheme == 4 ? 80 : 443;
  unsigned port = usual;
  if (std::string_view rest = authority.substr(name.size()); !rest.empty()) {
    rest.remove_prefix(1);
    const auto number = rest.empty() ? std::nullopt : take_number(rest, 65535);
    if (!number || !rest.empty() || *number == 0 || *number == usual) return std::nullopt;
    port = *number;
  }
  const std::string_view in_path = text.substr(path, query - path);
  if (!all_in(kInPath, in_path) || in_path.find("/.") != std::string_view::npos ||
      in_path.find("//") != std::string_view::npos) {
    return std::nullopt;
  }
  if (query < text.size()) {
    const std::string_view content = text.substr(query + 1);
    if (content.empty() || !all_in(kInQuery, content)) return std::nullopt;
  }
  Url url;
  url.request = text;
  url.normal = text;
  url.scheme = text.substr(0, scheme);
  url.host = name;
  url.port = static_cast<std::uint16_t>(port);
  url.path = in_path;
  return url;
}

}  // namespace fanfetch
