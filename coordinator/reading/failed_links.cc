#include "coordinator/reading/failed_links.h"

#include <fmt/format.h>

#include <utility>

#include "common/url.h"
#include "coordinator/link/link.h"

namespace fanfetch {
namespace {

/// Of mask_userinfo().
constexpr std::string_view kMask = "***@";

// Why links are left out.
constexpr std::string_view kHeldPassword =
    "the URL held a password, which the ledger does not keep; their list has it";
constexpr std::string_view kHadHeaders = "the list gave headers, which the ledger does not keep";
constexpr std::string_view kNoUrl = "no URL";

ListedItem left_out(Record record, std::string_view why) {
  record.message = fmt::format("left out: {}", why);
  ListedItem item;
  item.left_out = std::make_shared<const Record>(std::move(record));
  return item;
}

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
    return item_of(row);
  }
}

/// By its identity, a link shows whether its row holds it as it was listed.
ListedItem FailedLinks::item_of(LedgerRow& row) {
  std::string& listed = *row.record.url;
  const auto url = parse_url(listed);
  if (!url || link_id(identity_of(*url)) != row.link) {
    const bool masked = listed.find(kMask) != std::string::npos;
    ++(masked ? with_password_ : no_urls_);
    return left_out(std::move(row.record), masked ? kHeldPassword : kNoUrl);
  }
  if (row.had_headers) {
    ++with_headers_;
    return left_out(std::move(row.record), kHadHeaders);
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
  for (const auto& [count, why] : {std::pair(with_password_, kHeldPassword),
                                   {with_headers_, kHadHeaders},
                                   {no_urls_, kNoUrl}}) {
    if (count > 0) notice_(fmt::format("{} left out: {}", links(count), why));
  }
}

}  // namespace fanfetch
