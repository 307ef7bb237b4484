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
  bool too_long = false;     ///< Over the limit: `text` is only the beginning of it.
  std::uint64_t number = 0;  ///< From 1.
};

/// Splits a stream into lines, each available as soon as its newline has arrived, in bounded
/// memory. Thread: only the reader's.
class LineReader {
 public:
  static constexpr std::size_t kMaxLineBytes = std::size_t{64} * 1024;  ///< Without its end.
  static constexpr std::size_t kShownBytes = 200;  ///< Kept of a longer one, for messages.

  /// `max_line_bytes`: longer lines are cut.
  explicit LineReader(std::unique_ptr<ByteStream> bytes,
                      std::size_t max_line_bytes = kMaxLineBytes);

  /// The next line; nullopt at the end, or if the run stops before the line is complete: half a
  /// line must not be taken for a URL. Lines already read are still yielded while the run is
  /// stopping. Error: the rest cannot be read; names the last complete line.
  [[nodiscard]] Result<std::optional<Line>> next();

 private:
  void keep(std::string_view piece);
  [[nodiscard]] Line finish(std::string_view tail);

  std::unique_ptr<ByteStream> bytes_;
  std::size_t max_line_bytes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // the unread bytes are buffer_[begin_, end_)
  std::size_t end_ = 0;
  std::string line_;  // the beginning of a line that spans several reads
  bool too_long_ = false;
  std::uint64_t lines_ = 0;
  bool ended_ = false;
};

}  // namespace fanfetch
