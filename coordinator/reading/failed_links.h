#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/ledger/history.h"
#include "coordinator/reading/retry_failed.h"
#include "coordinator/sources/entry/source.h"

namespace fanfetch {

/// What `--retry-failed` reads without a SOURCE: the links of the folder's ledger that failed, each
/// with the name and the columns that it had. Those that the ledger does not hold as they were are
/// left out (ListedItem::left_out), and counted in a notice: a URL with a password, what was no URL
/// at all, and a link to which its list gave headers.
class FailedLinks final : public Source {
 public:
  /// `named`: how many of the columns ListedItem::named has; they are empty. `notice`: shows a
  /// message to the user.
  FailedLinks(std::unique_ptr<History> history, RetryFailed which, std::size_t named,
              std::function<void(std::string)> notice);

  /// Error: the ledger cannot be read.
  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  [[nodiscard]] ListedItem item_of(LedgerRow& row);
  void tell_what_is_left_out() const;

  std::unique_ptr<History> history_;
  const RetryFailed which_;
  const std::size_t named_;
  const std::function<void(std::string)> notice_;
  std::vector<LedgerRow> page_;
  std::size_t next_ = 0;   // in page_
  std::int64_t last_ = 0;  // row that was read
  std::uint64_t with_password_ = 0, with_headers_ = 0, no_urls_ = 0;
};

}  // namespace fanfetch
