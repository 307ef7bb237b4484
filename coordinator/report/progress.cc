#include "coordinator/report/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "coordinator/report/summary.h"

namespace fanfetch {
namespace {

constexpr std::chrono::seconds kFirstLine{5};
constexpr std::chrono::seconds kLineInterval{60};
constexpr unsigned kUsualColumns = 80;
/// Of the terminal, a quarter is drawn, within these; on a narrower one than kNarrowest, nothing.
constexpr std::size_t kMinBar = 10, kMaxBar = 40;
constexpr std::size_t kNarrowest = 30;

/// How much of the bar's line the drawn part takes, with its frame and a blank; 0: there is none.
std::size_t drawn_width(std::size_t columns) {
  return columns < kNarrowest ? 0 : std::clamp(columns / 4, kMinBar, kMaxBar) + 3;
}

/// `[====>   ]`, or `▕████▌   ▏`: `width` characters and the frame.
Spans draw(double done, std::size_t width, bool unicode) {
  done = std::clamp(done, 0.0, 1.0);
  if (!unicode) {
    std::string bar(static_cast<std::size_t>(done * static_cast<double>(width)), '=');
    if (bar.size() < width) bar += '>';
    bar.resize(width, ' ');
    return {{"["}, {std::move(bar), Ink::good}, {"] "}};
  }
  static constexpr std::array<std::string_view, 8> kEighths = {"",  "▏", "▎", "▍",
                                                               "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(done * static_cast<double>(8 * width));
  std::string bar;
  for (std::size_t i = 0; i < eighths / 8; ++i) bar += "█";
  bar += kEighths[eighths % 8];
  const std::size_t used = eighths / 8 + (eighths % 8 == 0 ? 0 : 1);
  return {{"▕"}, {std::move(bar), Ink::good}, {std::string(width - used, ' ') + "▏ "}};
}

double share_done(const LiveReport& live) {
  const bool by_bytes = live.total_bytes && *live.total_bytes > 0;
  const auto total = static_cast<double>(by_bytes ? *live.total_bytes : live.total.value_or(0));
  const auto done = static_cast<double>(by_bytes ? live.received_bytes : live.settled());
  return total > 0 ? done / total : 1;
}

/// A piece of the bar's line, in ASCII. If the line is too long, pieces of the highest rank are
/// dropped first.
struct Piece {
  std::string text;
  int rank;  // 0: never dropped
  Ink ink = Ink::none;
};
using Pieces = std::array<Piece, 7>;

std::size_t width_of(const Pieces& pieces) {
  std::size_t width = 0;
  for (const Piece& piece : pieces) {
    if (!piece.text.empty()) width += piece.text.size() + (width == 0 ? 0 : 2);
  }
  return width;
}

/// Right-aligned to the width of the total, so that what follows keeps its place.
std::string count_text(const LiveReport& live) {
  if (!live.total) return fmt::format("{} done", live.settled());
  const std::string total = fmt::to_string(*live.total);
  return fmt::format("{:>{}}/{}", live.settled(), total.size(), total);
}

/// What matters most stays on a narrow terminal: that it is paused, what it waits for, or failures
/// and the time left; then bytes of a run of large files, or links a second.
Pieces pieces_of(const LiveReport& live, std::size_t room) {
  const std::uint64_t failed = live.failed - live.failed_before;
  const bool waits = live.everything_waits || !live.paused.empty();
  const bool by_bytes = live.total_bytes.has_value();
  Piece left{"", 2};
  if (!live.paused.empty()) {
    left = {live.paused, 1, Ink::waits};
  } else if (waits) {
    left = {waiting_text(live), 1, Ink::waits};
    constexpr std::size_t kForOthers = 20;
    if (left.text.size() + kForOthers > room) {
      left.text = "waiting " + human_time_left(live.longest_wait);
    }
  } else if (live.time_left) {
    left.text = "ETA " + human_time_left(*live.time_left);
  }
  return {{{count_text(live), 0},
           {human_rate(live.links_per_second), by_bytes ? 5 : 3},
           {bytes_text(live, "/"), by_bytes ? 3 : 4},
           {human_byte_rate(live.bytes_per_second), by_bytes ? 4 : 5},
           {nodes_text(live), 6},
           {failed > 0 ? fmt::format("{} failed", failed) : "", waits ? 2 : 1, Ink::bad},
           std::move(left)}};
}

Spans bar(const LiveReport& live, const Look& look, unsigned columns) {
  const std::size_t all = columns == 0 ? kUsualColumns : columns;
  const std::size_t drawn = live.total ? drawn_width(all) : 0;
  const std::size_t room = all - drawn;
  Pieces pieces = pieces_of(live, room);
  for (int rank = 6; rank > 0 && width_of(pieces) > room; --rank) {
    for (Piece& piece : pieces) {
      if (piece.rank == rank) piece.text.clear();
    }
  }
  Spans spans;
  if (drawn > 0) spans = draw(share_done(live), drawn - 3, look.unicode);
  std::size_t left = room;
  const char* gap = "";
  for (Piece& piece : pieces) {
    if (piece.text.empty()) continue;
    spans.push_back({gap});
    spans.push_back({piece.text.substr(0, left), piece.ink});
    left -= std::min(left, piece.text.size() + 2);
    gap = "  ";
  }
  return spans;
}

}  // namespace

Progress::Progress(Style style, const Look& look, Instant start)
    : style_(style), look_(look), next_(style == Style::plain ? start + kFirstLine : start) {}

std::optional<Instant> Progress::next() const {
  if (style_ == Style::none) return std::nullopt;
  return next_;
}

std::optional<Spans> Progress::due(const LiveReport& live, Instant now, unsigned columns) {
  if (style_ == Style::none || now < next_) return std::nullopt;
  next_ = now + (style_ == Style::bar ? Duration(kBarInterval) : Duration(kLineInterval));
  return style_ == Style::bar ? bar(live, look_, columns) : Spans{{status_line(live)}};
}

}  // namespace fanfetch
