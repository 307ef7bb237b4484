#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "coordinator/sources/streams/byte_stream.h"

namespace fanfetch {

/// A line without its end (LF or CRLF). The text is valid until the next call of next().
struct Line {
  std::string_view text;
  bool too_long = false;     ///< Over the limit: `text` is only its beginning.
  std::uint64_t number = 0;  ///< From 1.
};

/// Lines of a stream, each as soon as its newline has arrived, in bounded memory.
/// Thread: the reader's alone.
class LineReader {
 public:
  static constexpr std::size_t kMaxLineBytes = std::size_t{64} * 1024;  ///< Without its end.
  static constexpr std::size_t kShownBytes = 200;  ///< What is kept of a longer one, to show it.

  /// `max_line_bytes`: the longest line that is yielded whole.
  explicit LineReader(std::unique_ptr<ByteStream> bytes,
                      std::size_t max_line_bytes = kMaxLineBytes);

  /// The next line; none at the end, or if the run stops before a line is whole: half a line must
  /// not pass for a URL. Lines that were already read are still yielded while the run is stopping.
  /// Error: the rest cannot be read; it tells the last whole line.
  [[nodiscard]] Result<std::optional<Line>> next();

 private:
  void keep(std::string_view piece);
  [[nodiscard]] Line finish(std::string_view tail);

  std::unique_ptr<ByteStream> bytes_;
  std::size_t max_line_bytes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // what is unread is buffer_[begin_, end_)
  std::size_t end_ = 0;
  std::string line_;  // a line that did not end where it began, so far
  bool too_long_ = false;
  std::uint64_t lines_ = 0;
  bool ended_ = false;
};

}  // namespace fanfetch
