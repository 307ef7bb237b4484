#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "coordinator/options/option_values.h"
#include "coordinator/options/options.h"

namespace fanfetch {

// How the values of an option get into the options: what the rows of option_table.cc hold in
// OptionRow::apply. The error of each says what is wrong with the value.

using Values = std::span<const std::string>;

/// Puts a parsed value into place, or hands its error on.
template <class Target, class Value>
[[nodiscard]] Result<> store(Target& target, Result<Value>&& value) {
  if (!value) return tl::unexpected(std::move(value.error()));
  target = static_cast<Target>(std::move(*value));
  return {};
}

template <class Target>
[[nodiscard]] Result<> store_count(Target& target, Values values, std::uint64_t min,
                                   std::uint64_t max) {
  return store(target, parse_count(values[0], min, max));
}

/// A flag that the configuration file or `--flag=false` may switch off again.
template <class Target>
[[nodiscard]] Result<> store_flag(Target& target, Values values, Target on, Target off) {
  const auto value = parse_bool(values[0]);
  if (!value) return tl::unexpected(value.error());
  target = *value ? on : off;
  return {};
}

/// Refuses an empty text.
[[nodiscard]] Result<> store_text(std::string& target, Values values);
/// A text that may be anything but a web URL: that is the link to fetch, which an option without
/// its value would swallow. `what` the text is, for messages.
[[nodiscard]] Result<> store_no_url(std::string& target, Values values, std::string_view what);
/// A path of this machine. Without this check, `s3://bucket` would become folders of that name.
[[nodiscard]] Result<> store_path(std::string& target, Values values);
[[nodiscard]] Result<> add_extensions(std::vector<std::string>& target, Values values);

[[nodiscard]] Result<> apply_host_limit(Options& options, Values values);
[[nodiscard]] Result<> apply_worker_memory(Options& options, Values values);
[[nodiscard]] Result<> apply_pages(Options& options, Values values);
[[nodiscard]] Result<> apply_format(Options& options, Values values);
[[nodiscard]] Result<> apply_min_speed(Options& options, Values values);
[[nodiscard]] Result<> apply_connect_timeout(Options& options, Values values);
[[nodiscard]] Result<> apply_stall_timeout(Options& options, Values values);
[[nodiscard]] Result<> apply_header(Options& options, Values values);
[[nodiscard]] Result<> apply_header_for(Options& options, Values values);
[[nodiscard]] Result<> apply_user_agent(Options& options, Values values);
/// Its errors never hold the value: a proxy's URL may have a password.
[[nodiscard]] Result<> apply_proxy(Options& options, Values values);
[[nodiscard]] Result<> apply_allow_net(Options& options, Values values);
[[nodiscard]] Result<> apply_dns(Options& options, Values values);
[[nodiscard]] Result<> apply_family(Options& options, Values values, AddressFamily family);
[[nodiscard]] Result<> apply_cacert(Options& options, Values values);
[[nodiscard]] Result<> apply_api_base(Options& options, Values values);
[[nodiscard]] Result<> apply_hash(Options& options, Values values);
[[nodiscard]] Result<> apply_check(Options& options, Values values);
[[nodiscard]] Result<> apply_sandbox(Options& options, Values values);
[[nodiscard]] Result<> apply_retry_failed(Options& options, Values values);
[[nodiscard]] Result<> apply_max_failed(Options& options, Values values);
[[nodiscard]] Result<> apply_metrics(Options& options, Values values);
[[nodiscard]] Result<> apply_fleet_job(Options& options, Values values);
[[nodiscard]] Result<> apply_spread(Options& options, Values values);
[[nodiscard]] Result<> apply_progress(Options& options, Values values);
[[nodiscard]] Result<> add_source(Options& options, Values values);
[[nodiscard]] Result<> add_input(Options& options, Values values);
[[nodiscard]] Result<> apply_accept(Options& options, Values values);
[[nodiscard]] Result<> add_accept_types(Options& options, Values values);

}  // namespace fanfetch
