#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "common/result.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

// What makes a run impossible is thrown, as an Exit, to main() and no further.

inline void or_exit(const Result<>& result, ExitStatus status) {
  if (!result) throw exit_with(status, result.error().message);
}

template <class T>
T or_exit(Result<T> result, ExitStatus status) {
  if (!result) throw exit_with(status, result.error().message);
  return std::move(*result);
}

inline void or_exit(tl::expected<void, Exit> result) {
  if (!result) throw std::move(result.error());
}

template <class T>
T or_exit(tl::expected<T, Exit> result) {
  if (!result) throw std::move(result.error());
  return std::move(*result);
}

}  // namespace fanfetch
