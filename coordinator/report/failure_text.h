#pragma once

#include <string>
#include <string_view>

#include "coordinator/link/record.h"
#include "coordinator/report/look.h"

namespace fanfetch {

/// A URL as listed, cut where people look.
struct HostAndPath {
  std::string_view host;  ///< With its port, as written, without userinfo; empty: it has none.
  std::string_view path;  ///< All behind it, with the query; the whole text if that has no host.
};

/// Also for text that is no URL. Views of `url`.
[[nodiscard]] HostAndPath host_and_path(std::string_view url);

/// Failed links as lines for people, the class first, in columns:
///     http_4xx        a.test     /x.jpg: the server says 404 (1 attempt)
///     timeout         bbb.test   /y.jpg: no answer for 30 s (5 attempts)
/// The host's column grows with what it has to hold, up to a limit.
class FailureLines {
 public:
  [[nodiscard]] Spans line(const Record& record);

 private:
  std::size_t host_width_ = 0;
};

}  // namespace fanfetch
