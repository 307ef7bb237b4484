#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace fanfetch::bench {

/// One stage of a run, driven in one process and one thread with the same input each time.
class Stage {
 public:
  virtual ~Stage() = default;
  /// Takes `count` files through the stage, numbered from `first` on: no number comes twice. What
  /// the stage does is within counted(); what else a driver needs (a server, input) is outside.
  virtual void run(std::uint64_t first, std::uint64_t count) = 0;
};

/// Each stage's source defines it. `variant`: see STAGES in guard.py. Relative paths are those of
/// an empty folder in memory.
[[nodiscard]] std::unique_ptr<Stage> make_stage(std::string_view variant);

/// Does `work`, and has its instructions counted once the stage is warm. Not to be nested.
void counted(const std::function<void()>& work);

/// The driver cannot go on: says why, and ends with status 1.
[[noreturn]] void leave(std::string_view why);

/// `file-000123.jpg`: of the same length for all numbers that are used.
[[nodiscard]] std::string file_name(std::uint64_t number);
/// The same bytes each time; they begin as a JPEG does.
[[nodiscard]] std::string body_of(std::size_t bytes);

}  // namespace fanfetch::bench
