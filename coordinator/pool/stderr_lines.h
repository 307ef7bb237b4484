#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace fanfetch {

/// Cuts what a worker writes to its stderr into lines. Longer ones than kMaxLine bytes lose their
/// rest, so that a worker cannot fill our memory; nor, by more than kMostLines, the user's log.
/// Pure.
class StderrLines {
 public:
  static constexpr std::size_t kMaxLine = 1000;
  /// Of a process: more than a sanitizer's report has.
  static constexpr std::size_t kMostLines = 1000;

  using Say = std::function<void(const std::string& line)>;

  /// Hands each line that is complete now to `say`, without its end; empty ones are left out.
  void add(std::string_view text, const Say& say);
  /// Hands over the last words of a process, which may lack a line end.
  void end(const Say& say);

 private:
  void end_line(const Say& say);

  std::string line_;       // not ended yet
  std::size_t lines_ = 0;  // of this process so far
};

}  // namespace fanfetch
