#include "coordinator/sources/line_reader.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <utility>

namespace fanfetch {
namespace {

constexpr std::size_t kBufferBytes =
    LineReader::kMaxLineBytes;  // so a line in it is never too long

}  // namespace

LineReader::LineReader(UniqueFd fd, int stop_fd, std::string name,
                       std::function<void()> before_waiting)
    : fd_(std::move(fd)),
      stop_fd_(stop_fd),
      name_(std::move(name)),
      before_waiting_(std::move(before_waiting)),
      buffer_(kBufferBytes) {}

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
    const auto filled = fill();
    if (!filled) return tl::unexpected(filled.error());
    if (*filled == Filled::bytes) continue;
    ended_ = true;
    if (*filled == Filled::end && !line_.empty()) return finish({});
  }
  return std::nullopt;
}

Result<LineReader::Filled> LineReader::fill() {
  if (before_waiting_) before_waiting_();
  for (;;) {
    // On a file this returns at once; on a pipe it is where the reader waits, so that a stop wakes
    // it. A negative descriptor is ignored by poll().
    pollfd waiting[] = {{fd_.get(), POLLIN, 0}, {stop_fd_, POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return fail("cannot wait for {}: {}", name_, errno_text(errno));
    }
    if (waiting[1].revents != 0) return Filled::stopping;
    const ssize_t count = ::read(fd_.get(), buffer_.data(), buffer_.size());
    if (count > 0) {
      end_ = static_cast<std::size_t>(count);
      return Filled::bytes;
    }
    if (count == 0) return Filled::end;
    // Somebody else may have made the descriptor non-blocking and may read from it too.
    if (errno == EINTR || errno == EAGAIN) continue;
    if (errno == EISDIR) return fail("cannot read {}: it is a folder; name a file in it", name_);
    return fail("cannot read {} to its end: {}", name_, errno_text(errno));
  }
}

void LineReader::keep(std::string_view piece) {
  if (too_long_) return;
  line_ += piece;
  if (line_.size() <= kMaxLineBytes) return;
  line_.resize(kShownBytes);
  too_long_ = true;
}

Result<std::optional<Line>> LineReader::finish(std::string_view tail) {
  Line line{.text = tail, .too_long = false};
  if (!line_.empty()) {
    keep(tail);
    line = {.text = line_, .too_long = too_long_};
  }
  if (std::exchange(first_, false)) {
    if (line.text.starts_with("\xFF\xFE") || line.text.starts_with("\xFE\xFF")) {
      return fail("{} is UTF-16: save it as UTF-8", name_);
    }
    if (line.text.starts_with("\xEF\xBB\xBF")) line.text.remove_prefix(3);
  }
  if (!line.too_long && line.text.ends_with('\r')) line.text.remove_suffix(1);
  return line;
}

}  // namespace fanfetch
