#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "common/unique_fd.h"

namespace fanfetch::support {

/// The side of a service manager that hears from its services: the socket of sd_notify(3).
class ServiceManager {
 public:
  /// `name`: a path or, behind an `@`, an abstract name.
  explicit ServiceManager(const std::string& name);

  /// Waits for the next message; "" if there is none within `limit`.
  [[nodiscard]] std::string next(std::chrono::milliseconds limit);
  /// Waits until a line has come that begins with `begin`. False: not within `limit`.
  [[nodiscard]] bool wait_for(std::string_view begin, std::chrono::milliseconds limit);
  /// All lines so far, those that wait included.
  [[nodiscard]] const std::vector<std::string>& lines();

 private:
  UniqueFd fd_;
  std::vector<std::string> lines_;
};

}  // namespace fanfetch::support
