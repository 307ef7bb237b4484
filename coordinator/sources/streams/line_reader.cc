#include "coordinator/sources/streams/line_reader.h"

#include <algorithm>
#include <utility>

namespace fanfetch {
namespace {

constexpr std::size_t kBufferBytes =
    LineReader::kMaxLineBytes;  // so a line within the buffer is never too long

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteStream> bytes, std::size_t max_line_bytes)
    : bytes_(std::move(bytes)), max_line_bytes_(max_line_bytes), buffer_(kBufferBytes) {}

Result<std::optional<Line>> LineReader::next() {
  line_.clear();
  too_long_ = false;
  while (!ended_) {
    if (after_return_) skip_rest_of_end();
    const std::string_view unread(buffer_.data() + begin_, end_ - begin_);
    const std::size_t length = length_of_line();
    if (length < unread.size()) {
      after_return_ = unread[length] == '\r';
      begin_ += length + 1;
      return finish(unread.substr(0, length));
    }
    keep(unread);
    begin_ = end_ = newline_ = return_ = 0;
    const auto count = bytes_->read(buffer_);
    if (!count) {
      if (lines_ == 0) return tl::unexpected(count.error());
      return fail("{}; line {} was the last whole one", count.error().message, lines_);
    }
    end_ = count->value_or(0);
    newline_ = place_of('\n');
    return_ = place_of('\r');
    if (end_ > 0) continue;
    ended_ = true;
    stopped_ = !count->has_value();
    if (!stopped_ && !line_.empty()) return finish({});
  }
  return std::nullopt;
}

/// Call before a line is looked for, behind one that ended with a CR.
void LineReader::skip_rest_of_end() {
  while (after_return_ && begin_ < end_) {
    const char c = buffer_[begin_];
    after_return_ = c == '\r';
    if (c == '\r') ++blank_lines_;
    if (c == '\n') blank_lines_ = 0;
    if (c == '\r' || c == '\n') ++begin_;
  }
  if (!after_return_) lines_ += std::exchange(blank_lines_, 0);
}

/// Of the unread bytes, up to the end of the first line; all of them if none ends there. Each byte
/// is looked at twice at most, whichever ends the lines have.
std::size_t LineReader::length_of_line() {
  if (newline_ < begin_) newline_ = place_of('\n');
  if (return_ < begin_) return_ = place_of('\r');
  return std::min(newline_, return_) - begin_;
}

/// Of the first `end` in the unread bytes; end_ if there is none.
std::size_t LineReader::place_of(char end) const {
  const std::string_view unread(buffer_.data() + begin_, end_ - begin_);
  return begin_ + std::min(unread.find(end), unread.size());
}

void LineReader::keep(std::string_view piece) {
  if (too_long_) return;
  line_ += piece;
  if (line_.size() <= max_line_bytes_) return;
  line_.resize(kShownBytes);
  too_long_ = true;
}

Result<std::optional<Line>> LineReader::finish(std::string_view tail) {
  // Built where it is returned: a copy of what has just been written stalls the processor.
  Result<std::optional<Line>> found;
  Line& line = found->emplace();
  line.text = tail;
  line.number = ++lines_;
  if (!line_.empty()) {
    keep(tail);
    line.text = line_;
    line.too_long = too_long_;
  }
  return found;
}

}  // namespace fanfetch
