#include "coordinator/sources/streams/line_reader.h"

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
    const std::string_view unread(buffer_.data() + begin_, end_ - begin_);
    const std::size_t newline = unread.find('\n');
    if (newline != std::string_view::npos) {
      begin_ += newline + 1;
      return finish(unread.substr(0, newline));
    }
    keep(unread);
    begin_ = end_ = 0;
    const auto count = bytes_->read(buffer_);
    if (!count) {
      if (lines_ == 0) return tl::unexpected(count.error());
      return fail("{}; line {} was the last whole one", count.error().message, lines_);
    }
    end_ = count->value_or(0);
    if (end_ > 0) continue;
    ended_ = true;
    if (count->has_value() && !line_.empty()) return finish({});
  }
  return std::nullopt;
}

void LineReader::keep(std::string_view piece) {
  if (too_long_) return;
  line_ += piece;
  if (line_.size() <= max_line_bytes_) return;
  line_.resize(kShownBytes);
  too_long_ = true;
}

Line LineReader::finish(std::string_view tail) {
  Line line{.text = tail, .number = ++lines_};
  if (!line_.empty()) {
    keep(tail);
    line.text = line_;
    line.too_long = too_long_;
  }
  if (!line.too_long && line.text.ends_with('\r')) line.text.remove_suffix(1);
  return line;
}

}  // namespace fanfetch
