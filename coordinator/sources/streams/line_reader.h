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

/// A line without its end. The text is valid until the next call of next().
struct Line {
  std::string_view text;
  bool too_long = false;     ///< Over the limit: `text` is only the beginning of it.
  std::uint64_t number = 0;  ///< From 1.
};

/// Splits a stream into lines, each available as soon as its end has arrived, in bounded memory. A
/// line ends with LF, CR, CR LF, or more CRs and an LF, as programs leave them that make CR LF of
/// each LF twice. A blank line that ends with a CR alone is counted and not yielded, because it may
/// be such an end in the making. Thread: only the reader's.
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
  /// Why next() returned nullopt: the run stops, and there may be more.
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  void skip_rest_of_end();
  [[nodiscard]] std::size_t length_of_line();
  [[nodiscard]] std::size_t place_of(char end) const;
  void keep(std::string_view piece);
  [[nodiscard]] Result<std::optional<Line>> finish(std::string_view tail);

  std::unique_ptr<ByteStream> bytes_;
  std::size_t max_line_bytes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // the unread bytes are buffer_[begin_, end_)
  std::size_t end_ = 0;
  // The first LF and the first CR in the unread bytes, or end_; stale if before begin_:
  std::size_t newline_ = 0;
  std::size_t return_ = 0;
  bool after_return_ = false;      // the last line ended with a CR, whose LF may follow
  std::uint64_t blank_lines_ = 0;  // that the CRs behind it make, unless an LF follows
  std::string line_;               // the beginning of a line that spans several reads
  bool too_long_ = false;
  std::uint64_t lines_ = 0;
  bool ended_ = false;
  bool stopped_ = false;
};

}  // namespace fanfetch
