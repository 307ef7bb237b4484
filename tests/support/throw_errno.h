#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace fanfetch::support {

/// What a system call that failed throws; `what`: that call, or what it was about.
[[noreturn]] inline void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace fanfetch::support
