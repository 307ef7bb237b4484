#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/unique_fd.h"
#include "tests/support/fault_origin.h"

namespace fanfetch::support {

/// What a server has answered.
struct HttpAnswer {
  int status = 0;                                   ///< 0: nothing came that is an answer.
  std::multimap<std::string, std::string> headers;  ///< Names in lower case.
  std::string body;                                 ///< To the connection's end.

  /// The values of a header with commas between them.
  [[nodiscard]] std::string header(const std::string& name) const;
};

/// Sends `request` as it is, and reads until the server ends the connection, or for `limit`.
[[nodiscard]] HttpAnswer ask_http(int fd, std::string_view request,
                                  std::chrono::milliseconds limit = kPatience);

/// Reads from `fd` until what came holds `text` `times` times; then returns all of it. Empty: the
/// connection has ended before that, or it was not in time.
[[nodiscard]] std::string read_until(int fd, std::string_view text, std::size_t times = 1,
                                     std::chrono::milliseconds limit = kPatience);

/// A connection to a UNIX socket; not valid if nobody listens there.
[[nodiscard]] UniqueFd connect_to_socket(const std::string& path);

}  // namespace fanfetch::support
