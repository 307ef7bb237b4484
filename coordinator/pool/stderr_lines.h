#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace fanfetch {

/// Cuts what a worker writes to its stderr into lines. Longer ones than kMaxLine bytes lose their
/// rest, so that a worker cannot fill our memory. Pure.
class StderrLines {
 public:
  static constexpr std::size_t kMaxLine = 1000;

  using Say = std::function<void(const std::string& line)>;

  /// Hands each line that is complete now to `say`, without its end; empty ones are left out.
  void add(std::string_view text, const Say& say);
  /// Hands over the last words, which may lack a line end.
  void end(const Say& say);

 private:
  std::string line_;  // not ended yet
};

}  // namespace fanfetch
