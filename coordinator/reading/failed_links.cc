#include "coordinator/reading/failed_links.h"

#include <fmt/format.h>

#include <utility>

#include "common/url.h"
#include "coordinator/link/link.h"

namespace fanfetch {
namespace {

/// Of mask_userinfo().
constexpr std::string_view kMask = "***@";

std::string links(std::uint64_t count) {
  return fmt::format("{} failed link{}", count, count == 1 ? "" : "s");
}

}  // namespace

FailedLinks::FailedLinks(std::unique_ptr<History> history, RetryFailed which, std::size_t named,
                         std::function<void(std::string)> notice)
    : history_(std::move(history)), which_(which), named_(named), notice_(std::move(notice)) {}

Result<std::optional<ListedItem>> FailedLinks::next() {
  for (;;) {
    if (next_ == page_.size()) {
      page_ = history_->rows_after(last_);
      next_ = 0;
      if (auto error = history_->error()) return tl::unexpected(std::move(*error));
      if (page_.empty()) {
        tell_what_is_left_out();
        return std::nullopt;
      }
    }
    LedgerRow& row = page_[next_++];
    last_ = row.row;
    if (row.record.status == Status::saved || !which_.includes(row.record)) continue;
    if (auto item = item_of(row)) return item;
  }
}

/// By its identity, a link shows whether its row holds it as it was listed.
std::optional<ListedItem> FailedLinks::item_of(LedgerRow& row) {
  std::string& listed = *row.record.url;
  const auto url = parse_url(listed);
  if (!url || link_id(identity_of(*url)) != row.link) {
    ++(listed.find(kMask) != std::string::npos ? with_password_ : no_urls_);
    return std::nullopt;
  }
  if (row.had_headers) {
    ++with_headers_;
    return std::nullopt;
  }
  ListedItem item(std::move(listed));
  item.columns = std::move(row.record.columns);
  item.planned_name =
      row.record.file_name ? std::move(*row.record.file_name) : std::move(row.planned_name);
  item.named_by_list = row.named_by_list;
  item.place = row.record.index;
  item.named.resize(named_);
  return item;
}

void FailedLinks::tell_what_is_left_out() const {
  if (with_password_ > 0) {
    notice_(
        fmt::format("{} left out: the URL held a password, which the ledger does not keep; "
                    "their list has it",
                    links(with_password_)));
  }
  if (with_headers_ > 0) {
    notice_(fmt::format("{} left out: the list gave headers, which the ledger does not keep",
                        links(with_headers_)));
  }
  if (no_urls_ > 0) notice_(fmt::format("{} left out: no URL", links(no_urls_)));
}

}  // namespace fanfetch
