#pragma once

#include <fmt/format.h>

#include <cstring>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace fanfetch {

/// What went wrong, as a sentence for the user: what happened, where, what to do.
struct Error {
  std::string message;
};

/// A value, or the reason why there is none. Bugs are asserted; every other error is returned so.
template <class T = void>
using Result = tl::expected<T, Error>;

/// An Error with the formatted message, to be returned as a Result.
template <class... Args>
[[nodiscard]] tl::unexpected<Error> fail(fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected(Error{fmt::format(format, std::forward<Args>(args)...)});
}

/// "No such file or directory" for an errno value. Thread-safe, unlike strerror.
[[nodiscard]] inline std::string errno_text(int error) {
  char buffer[128];
  return ::strerror_r(error, buffer, sizeof buffer);  // GNU form: returns the text
}

}  // namespace fanfetch
