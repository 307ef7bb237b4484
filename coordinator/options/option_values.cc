#include "coordinator/options/option_values.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "common/ascii.h"
#include "common/human_text.h"
#include "common/unique_fd.h"
#include "common/url.h"
#include "coordinator/fleet/fleet_partitions.h"
#include "coordinator/link/request_header.h"

namespace fanfetch {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;

}  // namespace

Result<PerHost> parse_per_host(std::string_view text) {
  static constexpr std::uint64_t kMost = 4096;
  static constexpr std::string_view kAuto = "auto";
  if (text == kAuto) return PerHost{};
  if (is_no_limit(text)) return PerHost{.limit = kMost, .adapts = false};
  const bool adapts = text.starts_with("auto:");
  const auto most = parse_count(adapts ? text.substr(kAuto.size() + 1) : text, 1, kMost);
  if (!most) {
    return fail("'{}' is neither a number from 1 to {}, auto, auto:MAX nor none", text, kMost);
  }
  return PerHost{.limit = static_cast<unsigned>(*most), .adapts = adapts};
}

Result<bool> parse_bool(std::string_view text) {
  const std::string word = to_lower(text);
  if (word == "true" || word == "yes" || word == "on" || word == "1") return true;
  if (word == "false" || word == "no" || word == "off" || word == "0") return false;
  return fail("'{}' is neither true nor false", text);
}

Result<char> parse_delimiter(std::string_view text) {
  if (text == "tab" || text == "\\t") return '\t';
  if (text.size() == 1 && (text[0] == '\t' || (text[0] > 0 && !is_control(text[0]))) &&
      text[0] != '"') {
    return text[0];
  }
  return fail("'{}' is not one ASCII character that may stand between cells, nor tab", text);
}

std::vector<std::string> parse_extensions(std::string_view text) {
  std::vector<std::string> extensions;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view word = trimmed(text.substr(0, comma));
    word.remove_prefix(std::min(word.find_first_not_of('.'), word.size()));
    if (!word.empty()) extensions.push_back(to_lower(word));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return extensions;
}

Result<std::vector<std::string>> parse_types(std::string_view text) {
  std::vector<std::string> types;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view type = trimmed(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t slash = std::min(type.find('/'), type.size());
    if (!is_token(type.substr(0, slash)) || slash == type.size() ||
        !is_token(type.substr(slash + 1)) || type.starts_with('*')) {
      return fail("'{}' is not a type such as image/jpeg or image/*", type);
    }
    types.push_back(to_lower(type));
    // The commonest slip: no server and no first bytes say so, thus nothing would be taken.
    if (types.back() == "image/jpg") return fail("the type of JPEGs is called image/jpeg");
  }
  if (types.empty()) return fail("its value is empty");
  return types;
}

Result<std::vector<std::string>> read_headers(std::string_view text) {
  std::vector<std::string> headers;
  if (!text.starts_with('@')) {
    auto header = parse_request_header(text);
    if (!header) return tl::unexpected(header.error());
    headers.push_back(std::move(*header));
    return headers;
  }
  const std::string path(text.substr(1));
  const auto file = read_small_file(path);
  if (!file) return tl::unexpected(file.error());
  std::string_view rest = *file;
  for (int line = 1; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view entry = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (entry.empty() || entry.starts_with('#')) continue;
    auto header = parse_request_header(entry);
    if (!header) return fail("{}:{}: {}", path, line, header.error().message);
    headers.push_back(std::move(*header));
  }
  return headers;
}

bool is_secret_header(std::string_view header) {
  const std::string name = to_lower(header.substr(0, header.find(':')));
  return name == "authorization" || name == "proxy-authorization" || name == "cookie";
}

Result<HostAndPort> parse_host(std::string_view text) {
  const bool bare_ipv6 = std::count(text.begin(), text.end(), ':') > 1 && !text.starts_with('[');
  const std::size_t colon = bare_ipv6 ? text.npos : text.find(':', text.rfind(']') + 1);
  const std::string_view host = text.substr(0, colon);
  const auto url =
      parse_url(bare_ipv6 ? fmt::format("http://[{}]/", text) : fmt::format("http://{}/", host));
  // What is more than a host would show in the normal form.
  if (!url || !url->userinfo.empty() || url->normal != "http://" + url->host + "/" ||
      text.find_first_of("/\\?#@") != std::string_view::npos) {
    return fail("'{}' is not a host name, nor a host:port", text);
  }
  HostAndPort parsed{.host = url->host, .port = std::nullopt};
  if (colon == text.npos) return parsed;
  const auto port = parse_count(text.substr(colon + 1), 1, 65535);
  if (!port) return fail("'{}': its port {}", text, port.error().message);
  parsed.port = static_cast<std::uint16_t>(*port);
  return parsed;
}

Result<std::optional<unsigned>> parse_host_most(std::string_view text) {
  static constexpr std::uint64_t kMost = 4096;
  if (text == "skip") return std::optional<unsigned>();
  const auto most = parse_count(text, 1, kMost);
  if (!most) return fail("'{}' is neither skip nor a number from 1 to {}", text, kMost);
  return static_cast<unsigned>(*most);
}

Result<HostLimit> parse_host_limit(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == text.npos) return fail("'{}' is not HOST=N or HOST=skip", text);
  const auto host = parse_host(text.substr(0, equals));
  if (!host) return tl::unexpected(host.error());
  const auto most = parse_host_most(text.substr(equals + 1));
  if (!most) return tl::unexpected(most.error());
  return HostLimit{.host = host->host, .port = host->port, .most = *most};
}

Result<SpreadHost> parse_spread_host(std::string_view text) {
  const std::size_t equals = std::min(text.rfind('='), text.size());
  auto host = parse_host(text.substr(0, equals));
  if (!host) return tl::unexpected(std::move(host.error()));
  SpreadHost spread{.host = std::move(host->host), .port = host->port};
  if (equals == text.size()) return spread;
  const auto pieces = parse_count(text.substr(equals + 1), 1, kMostPieces);
  if (!pieces) return fail("'{}': its number of pieces {}", text, pieces.error().message);
  spread.pieces = static_cast<unsigned>(*pieces);
  return spread;
}

Result<std::string> read_small_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  std::string content;
  char buffer[16384];
  ssize_t count = file.valid() ? 1 : -1;
  while (count > 0 && content.size() <= kMaxFileBytes) {
    count = ::read(file.get(), buffer, sizeof buffer);
    if (count > 0) content.append(buffer, static_cast<std::size_t>(count));
    if (count < 0 && errno == EINTR) count = 1;
  }
  if (count < 0) return fail("cannot read {}: {}", path, errno_text(errno));
  if (content.size() > kMaxFileBytes) return fail("{} is longer than 1 MiB", path);
  return content;
}

Result<std::string> read_client_id(const std::string& path) {
  const auto file = read_small_file(path);
  if (!file) return tl::unexpected(file.error());
  const std::string_view id = trimmed(std::string_view(*file).substr(0, file->find('\n')));
  if (id.empty()) return fail("{} has no client ID in its first line", path);
  if (!is_client_id(id)) return fail("the first line of {} is no client ID", path);
  return std::string(id);
}

bool is_client_id(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

Result<std::vector<IpEndpoint>> parse_dns_servers(std::string_view text) {
  constexpr std::uint16_t kDnsPort = 53;
  std::vector<IpEndpoint> servers;
  for (;;) {
    const std::size_t comma = text.find(',');
    auto server = parse_endpoint(trimmed(text.substr(0, comma)), kDnsPort);
    if (!server) return tl::unexpected(server.error());
    servers.push_back(*server);
    if (comma == std::string_view::npos) return servers;
    text.remove_prefix(comma + 1);
  }
}

bool add_statuses(std::string_view word, std::bitset<kHttpStatuses>& statuses) {
  const std::string digits = to_lower(word);
  if (digits.size() != 3 || digits[0] < '1' || digits[0] > '5') return false;
  const std::size_t hundreds = 100 * static_cast<std::size_t>(digits[0] - '0');
  if (digits.ends_with("xx")) {
    for (std::size_t status = hundreds; status < hundreds + 100; ++status) statuses.set(status);
    return true;
  }
  const auto status = parse_count(digits, hundreds, hundreds + 99);
  if (status) statuses.set(*status);
  return status.has_value();
}

Result<RetryFailed> parse_retry_failed(std::string_view text) {
  RetryFailed retry;
  if (text == "all" || text == "none") {
    retry.which = text == "all" ? RetryFailed::Which::all : RetryFailed::Which::none;
    return retry;
  }
  retry.which = RetryFailed::Which::classes;
  for (;;) {
    const std::size_t comma = text.find(',');
    const std::string_view word = trimmed(text.substr(0, comma));
    const auto error = error_class(word);
    if (error) retry.classes.set(static_cast<std::size_t>(*error));
    if (!error && !add_statuses(word, retry.statuses)) {
      return fail(
          "'{}' is neither an error class nor an HTTP status; there are all, none, the classes of "
          "failed records, such as http_4xx or timeout, and statuses, such as 404 or 5xx",
          word);
    }
    if (comma == std::string_view::npos) return retry;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace fanfetch
