#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// A line without its end (LF or CRLF). The text is valid until the next call of next().
struct Line {
  std::string_view text;
  bool too_long = false;  ///< Over kMaxLineBytes: `text` is only its beginning.
};

/// Lines from a descriptor, each as soon as its newline has arrived, in bounded memory. Reads by
/// itself rather than through stdio or iostreams, which cannot wait for a stop at the same time.
/// A UTF-8 byte order mark at the start is skipped. Thread: the reader's alone.
class LineReader {
 public:
  static constexpr std::size_t kMaxLineBytes = std::size_t{64} * 1024;  ///< Without its end.
  static constexpr std::size_t kShownBytes = 200;  ///< What is kept of a longer one, to show it.

  /// `name` is for messages. `stop_fd` (-1: none) becomes readable when the run stops.
  /// `before_waiting`: see SourceContext.
  LineReader(UniqueFd fd, int stop_fd, std::string name, std::function<void()> before_waiting = {});

  /// The next line; none at the end, or if the run stops before a line is whole: half a line must
  /// not pass for a URL. Lines that were already read are still yielded while the run is stopping.
  /// Error: reading failed, or the text is UTF-16.
  [[nodiscard]] Result<std::optional<Line>> next();

 private:
  enum class Filled { bytes, end, stopping };

  [[nodiscard]] Result<Filled> fill();
  void keep(std::string_view piece);
  [[nodiscard]] Result<std::optional<Line>> finish(std::string_view tail);

  UniqueFd fd_;
  int stop_fd_;
  std::string name_;
  std::function<void()> before_waiting_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // what is unread is buffer_[begin_, end_)
  std::size_t end_ = 0;
  std::string line_;  // a line that did not end where it began, so far
  bool too_long_ = false;
  bool first_ = true;
  bool ended_ = false;  // a terminal would go on after its end of file
};

}  // namespace fanfetch
