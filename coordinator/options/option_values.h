#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/ascii.h"
#include "common/ip_network.h"
#include "common/result.h"
#include "coordinator/fleet/spread_hosts.h"
#include "coordinator/options/option_numbers.h"
#include "coordinator/reading/retry_failed.h"
#include "coordinator/schedule/host_limits.h"
#include "coordinator/schedule/per_host.h"

namespace fanfetch {

/// What the values of options may look like. Errors say what is wrong with the value and what would
/// be right; the caller says of which option. Values that may be secret are not in them.

/// `16`, `auto` or `auto:16`. Without a limit: as many as a run may have.
[[nodiscard]] Result<PerHost> parse_per_host(std::string_view text);

/// `true`, `yes`, `on`, `1` and their opposites.
[[nodiscard]] Result<bool> parse_bool(std::string_view text);

/// `;`, or `tab` (also `\t`): one ASCII character that a table may be separated by.
[[nodiscard]] Result<char> parse_delimiter(std::string_view text);

/// `.JPG,png` gives `jpg` and `png`.
[[nodiscard]] std::vector<std::string> parse_extensions(std::string_view text);

/// `Image/*, video/mp4` gives `image/*` and `video/mp4`.
[[nodiscard]] Result<std::vector<std::string>> parse_types(std::string_view text);

/// `Name: value`, or `@FILE` with one in each line; empty lines and lines with a leading '#' do not
/// count. Each comes back as `Name: value` with one blank, fit to stand in a request.
[[nodiscard]] Result<std::vector<std::string>> read_headers(std::string_view text);

/// Authorization, Proxy-Authorization or Cookie: nothing to hand to every host of a list.
[[nodiscard]] bool is_secret_header(std::string_view header);

/// A host as --header-for names it.
struct HostAndPort {
  std::string host;  ///< In the form of Url::host.
  std::optional<std::uint16_t> port;
};
/// `example.org`, `example.org:8443`, `::1`, `[::1]:8080`.
[[nodiscard]] Result<HostAndPort> parse_host(std::string_view text);

/// `64`: concurrent requests to one host; `skip` is none of them.
[[nodiscard]] Result<std::optional<unsigned>> parse_host_most(std::string_view text);
/// `example.org=4`, `[::1]:8080=skip`.
[[nodiscard]] Result<HostLimit> parse_host_limit(std::string_view text);

/// `cdn.example.org`, `[::1]:8080=4`; `cdn.example.org=1` stays whole.
[[nodiscard]] Result<SpreadHost> parse_spread_host(std::string_view text);

/// A whole file of at most 1 MiB; pipes are read to their end.
[[nodiscard]] Result<std::string> read_small_file(const std::string& path);

/// The first line of a file, trimmed, fit to stand in a header. Error: there is none.
[[nodiscard]] Result<std::string> read_client_id(const std::string& path);

/// No blank, no control character, nothing beyond ASCII. An empty text passes: there is no ID then.
[[nodiscard]] bool is_client_id(std::string_view text);

/// DNS servers with commas between them: `192.0.2.1,[2001:db8::1]:5353`; port 53 where none is
/// named.
[[nodiscard]] Result<std::vector<IpEndpoint>> parse_dns_servers(std::string_view text);

/// `404` or `5xx`: adds the HTTP status, or all of that hundred. False: it is neither.
[[nodiscard]] bool add_statuses(std::string_view word, std::bitset<kHttpStatuses>& statuses);

/// `all`, `none`, or error classes and HTTP statuses with commas between them.
[[nodiscard]] Result<RetryFailed> parse_retry_failed(std::string_view text);

}  // namespace fanfetch
