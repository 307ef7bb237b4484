#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "coordinator/ledger/history.h"

namespace fanfetch {

/// The saved links of earlier runs, read ahead: a list that is read again has them nearly in the
/// order of their rows, and to read the next hundreds in a row costs a tenth of looking each one up
/// by its hash. Where the list has another order, next to nothing is read ahead. Bounded: some
/// hundred kilobytes. Thread: only the reader's.
class RowsAhead {
 public:
  /// The saved row of `link`, if it was read ahead: History::saved_between() says what of it is
  /// set. It shows the ledger as of some earlier time, which is right for a link that has not come
  /// up in this run before. A link that has may be had once more, for what is read may hold rows
  /// that were looked up or taken before: ask SeenRows about its row afterwards, as about one that
  /// was looked up.
  [[nodiscard]] std::optional<LedgerRow> take(const LinkId& link);
  /// `row` had to be looked up in `history`: reads on from there, if that is promising.
  void found(std::int64_t row, History& history);

  /// Rows that are read at once, at most.
  static constexpr std::int64_t kMostRows = 256;
  /// What many transfers at once may leave between the rows of two links of which one follows the
  /// other in the list.
  static constexpr std::int64_t kNear = 64;

 private:
  using Rows = std::unordered_map<LinkId, LedgerRow, HashOfId>;

  Rows rows_;     // read last
  Rows earlier_;  // read before those, for links that come late
  std::int64_t last_found_ = 0;
  std::int64_t end_ = 0;   // of what was read
  std::int64_t hits_ = 0;  // since rows_ were read
};

}  // namespace fanfetch
