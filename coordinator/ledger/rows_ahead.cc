#include "coordinator/ledger/rows_ahead.h"

#include <algorithm>
#include <utility>

namespace fanfetch {

std::optional<LedgerRow> RowsAhead::take(const LinkId& link) {
  for (Rows* const rows : {&rows_, &earlier_}) {
    if (auto found = rows->extract(link)) {
      ++hits_;
      return std::move(found.mapped());
    }
  }
  return std::nullopt;
}

void RowsAhead::found(std::int64_t row, History& history) {
  const std::int64_t before = std::exchange(last_found_, row);
  const bool is_near = row > before - kNear && row <= before + kNear;
  const bool goes_on = row >= end_ && row < end_ + kNear;
  const bool was_read = row < end_ && row >= end_ - kMostRows;  // and taken, or it is no saved one
  if ((!is_near && !goes_on) || was_read) return;
  // Twice what the last ones brought: little where the list goes its own way.
  const std::int64_t count = std::clamp(2 * std::exchange(hits_, 0), kNear / 4, kMostRows);
  const std::int64_t first = goes_on ? end_ : row - kNear / 4;
  end_ = first + count;
  earlier_ = std::exchange(rows_, {});
  for (LedgerRow& one : history.saved_between(first, end_ - 1)) {
    const LinkId link = one.link;
    rows_.emplace(link, std::move(one));
  }
}

}  // namespace fanfetch
