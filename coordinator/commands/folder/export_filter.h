#pragma once

#include <bitset>
#include <set>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "coordinator/link/record.h"
#include "coordinator/options/option_values.h"
#include "coordinator/reading/retry_failed.h"

namespace fanfetch {

/// Which rows an export has: those that fit each of the kinds below of which something is asked
/// for. Values with commas between them, and repeated options, are alternatives.
struct ExportFilter {
  bool failed_only = false;  ///< `--failed`
  bool files_only = false;   ///< `--image-folder`
  /// `--status`: `saved`, `failed`, or an HTTP status such as 404 or 5xx.
  std::set<Status> statuses;
  std::bitset<kHttpStatuses> http_statuses;
  std::bitset<kErrorClasses> classes;  ///< `--class`
  std::vector<HostAndPort> hosts;      ///< `--host`; without a port: on any.

  // Error: what is wrong with the value.
  [[nodiscard]] Result<> add_status(std::string_view text);
  [[nodiscard]] Result<> add_class(std::string_view text);
  [[nodiscard]] Result<> add_host(std::string_view text);

  [[nodiscard]] bool takes(const Record& record) const;
};

}  // namespace fanfetch
