#include "coordinator/report/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "coordinator/report/summary.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kBarInterval{200};
constexpr seconds kFirstLine{5};
constexpr seconds kLineInterval{60};
constexpr unsigned kUsualColumns = 80;
constexpr std::size_t kMinBar = 10, kMaxBar = 40;
constexpr double kMaxSecondsLeft = 100.0 * 3600;  // longer estimates are meaningless

std::string per_second(double rate) {
  return rate >= 99.95 ? fmt::format("{:.0f}/s", rate) : fmt::format("{:.1f}/s", rate);
}

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

}  // namespace

void SmoothedRate::add(double amount, double seconds) {
  const double keep = std::exp(-seconds / over_seconds_);
  sum_ = sum_ * keep + amount / seconds * (1 - keep);
  weight_ = weight_ * keep + (1 - keep);
}

Progress::Progress(Style style, Instant start)
    : style_(style), next_(style == Style::plain ? start + kFirstLine : start), rated_at_(start) {}

std::optional<Instant> Progress::next() const {
  if (style_ == Style::none) return std::nullopt;
  return next_;
}

std::optional<std::string> Progress::due(const ProgressState& state, Instant now,
                                         unsigned columns) {
  if (style_ == Style::none || now < next_) return std::nullopt;
  note_rates(state, now);
  if (style_ == Style::bar) {
    next_ = now + kBarInterval;
    return bar(state, columns);
  }
  next_ = now + kLineInterval;
  return line(state);
}

void Progress::note_rates(const ProgressState& state, Instant now) {
  const double elapsed = std::chrono::duration<double>(now - rated_at_).count();
  if (elapsed <= 0) return;
  // A worker's death takes its bytes in flight away: that counts as 0, not as negative growth.
  const auto grown = [](std::uint64_t from, std::uint64_t to) {
    return to > from ? static_cast<double>(to - from) : 0.0;
  };
  links_.add(grown(rated_.settled, state.settled), elapsed);
  links_for_time_left_.add(grown(rated_.settled, state.settled), elapsed);
  bytes_.add(grown(rated_.bytes, state.bytes), elapsed);
  rated_ = state;
  rated_at_ = now;
}

/// Empty if there is no estimate.
std::string Progress::time_left(const ProgressState& state) const {
  const double rate = links_for_time_left_.per_second();
  if (!state.total || *state.total <= state.settled || rate <= 0) return "";
  const double left =
      std::max(1.0, std::round(static_cast<double>(*state.total - state.settled) / rate));
  if (left >= kMaxSecondsLeft) return "";
  return left < 60 ? fmt::format("{:.0f}s", left)
                   : human_duration(seconds(static_cast<std::int64_t>(left)));
}

std::string Progress::bar(const ProgressState& state, unsigned columns) const {
  const std::size_t room = columns == 0 ? kUsualColumns : columns;
  const std::string left = time_left(state);
  std::array<Piece, 6> pieces{{
      {state.total ? fmt::format("{}/{}", state.settled, *state.total)
                   : fmt::format("{} done", state.settled),
       0},
      {per_second(links_.per_second()), 3},
      {human_bytes(state.bytes), 4},
      {human_bytes(static_cast<std::uint64_t>(bytes_.per_second())) + "/s", 5},
      {state.failed > 0 ? fmt::format("{} failed", state.failed) : "", 1},
      {left.empty() ? "" : "ETA " + left, 2},
  }};
  for (int rank = 5; rank > 0 && width_of(pieces) > room; --rank) {
    for (Piece& piece : pieces) {
      if (piece.rank == rank) piece.text.clear();
    }
  }

  std::string text;
  const std::size_t used = width_of(pieces) + 3;  // plus the brackets and a blank
  if (state.total && room >= used + kMinBar) {
    const double total = static_cast<double>(*state.total);
    const double done = *state.total == 0 ? 1.0 : static_cast<double>(state.settled) / total;
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

std::string Progress::line(const ProgressState& state) const {
  std::string text = state.total ? fmt::format("{} of {} done", state.settled, *state.total)
                                 : fmt::format("{} done", state.settled);
  text += fmt::format(", {} failed, {}, {}", state.failed, human_bytes(state.bytes),
                      per_second(links_.per_second()));
  if (const std::string left = time_left(state); !left.empty()) text += ", " + left + " left";
  return text;
}

}  // namespace fanfetch
