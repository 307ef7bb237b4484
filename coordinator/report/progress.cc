#include "coordinator/report/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "coordinator/report/summary.h"

namespace fanfetch {
namespace {

using std::chrono::seconds;

constexpr seconds kFirstLine{5};
constexpr seconds kLineInterval{60};
constexpr unsigned kUsualColumns = 80;
constexpr std::size_t kMinBar = 10, kMaxBar = 40;

std::string draw(double done, std::size_t width) {
  const auto filled = static_cast<std::size_t>(std::clamp(done, 0.0, 1.0) * double(width));
  std::string bar(filled, '=');
  if (filled < width) bar += '>';
  bar.resize(width, ' ');
  return '[' + bar + ']';
}

/// A piece of the bar's line. If the line is too long, pieces of the highest rank are dropped
/// first.
struct Piece {
  std::string text;
  int rank;  // 0: never dropped
};

template <class Pieces>
std::size_t width_of(const Pieces& pieces) {
  std::size_t width = 0;
  for (const Piece& piece : pieces) {
    if (!piece.text.empty()) width += piece.text.size() + (width == 0 ? 0 : 2);
  }
  return width;
}

std::string bar(const LiveReport& live, unsigned columns) {
  const std::size_t room = columns == 0 ? kUsualColumns : columns;
  const std::uint64_t failed = live.failed - live.failed_before;
  std::string left;
  if (live.everything_waits) {
    left = waiting_text(live);
  } else if (live.time_left) {
    left = "ETA " + human_time_left(*live.time_left);
  }
  std::array<Piece, 6> pieces{{
      {live.total ? fmt::format("{}/{}", live.settled(), *live.total)
                  : fmt::format("{} done", live.settled()),
       0},
      {human_rate(live.links_per_second), 3},
      {human_bytes(live.received_bytes), 4},
      {human_byte_rate(live.bytes_per_second), 5},
      {failed > 0 ? fmt::format("{} failed", failed) : "", 1},
      {left, 2},
  }};
  for (int rank = 5; rank > 0 && width_of(pieces) > room; --rank) {
    for (Piece& piece : pieces) {
      if (piece.rank == rank) piece.text.clear();
    }
  }

  std::string text;
  const std::size_t used = width_of(pieces) + 3;  // plus the brackets and a blank
  if (live.total && room >= used + kMinBar) {
    const double total = static_cast<double>(*live.total);
    const double done = *live.total == 0 ? 1.0 : static_cast<double>(live.settled()) / total;
    text = draw(done, std::min(room - used, kMaxBar)) + ' ';
  }
  const char* gap = "";
  for (const Piece& piece : pieces) {
    if (piece.text.empty()) continue;
    text.append(gap).append(piece.text);
    gap = "  ";
  }
  return text.substr(0, room);
}

}  // namespace

Progress::Progress(Style style, Instant start)
    : style_(style), next_(style == Style::plain ? start + kFirstLine : start) {}

std::optional<Instant> Progress::next() const {
  if (style_ == Style::none) return std::nullopt;
  return next_;
}

std::optional<std::string> Progress::due(const LiveReport& live, Instant now, unsigned columns) {
  if (style_ == Style::none || now < next_) return std::nullopt;
  next_ = now + (style_ == Style::bar ? Duration(kBarInterval) : Duration(kLineInterval));
  return style_ == Style::bar ? bar(live, columns) : status_line(live);
}

}  // namespace fanfetch
