#include "coordinator/reading/planner.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "common/url_text.h"
#include "coordinator/link/beneath.h"
#include "coordinator/names/path_text.h"
#include "coordinator/process/file_hash.h"
#include "coordinator/reading/plan_records.h"

namespace fanfetch {
namespace {

/// As mask_userinfo() has it.
constexpr std::string_view kMaskedUser = "//user:***@";

/// Different lines without a URL of which repetitions are counted: some megabytes.
constexpr std::size_t kMostTexts = 100'000;

/// nullopt: it cannot be read.
std::optional<Sha256Digest> hash_of(int folder, const std::string& name) {
  const UniqueFd file = open_beneath(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file.valid()) return std::nullopt;
  const auto digest = hash_of_file(file.get());
  if (!digest) return std::nullopt;
  return *digest;
}

}  // namespace

Planner::Planner(PlanContext context) : context_(std::move(context)) {
  if (context_.began_empty == BeganEmpty::yes) planned_.emplace();
  // A conditional request needs what the server said of the file.
  if (context_.kept_records == KeptRecords::counted && !context_.resume.refresh) {
    rows_ahead_.emplace();
  }
}

Plan Planner::plan(const ListedItem& item, const LinkFilter& filter, std::uint64_t index) {
  if (item.left_out) return left_out(*item.left_out, filter);
  Record record;
  record.index = item.place != 0 ? item.place : index;
  record.columns = item.columns;
  if (!item.url) return skipped(std::move(record), ErrorClass::no_link, item.problem);
  record.url = mask_userinfo(*item.url);
  if (!item.problem.empty()) {
    return item.problem_class == ErrorClass::bad_url ? bad_url(std::move(record), item.problem)
                                                     : without_request(std::move(record), item);
  }
  if (is_masked(*item.url)) return bad_url(std::move(record), std::string(kMaskedLink));
  auto url = parse_url(*item.url);
  if (!url) return bad_url(std::move(record), url.error().message);
  if (auto why = filter.why_dropped(*url)) {
    return skipped(std::move(record), ErrorClass::filtered, std::move(*why));
  }
  Link link{.index = record.index, .listed = std::move(*record.url), .url = std::move(*url)};
  link.hash = identity_of(link.url);
  link.headers = item.headers;
  link.name_given = item.named_by_list ||
                    (context_.names_of_list && !item.out.empty() && !item.out.ends_with('/'));
  link.columns = item.columns;
  if (item.planned) {
    link.name_given = item.planned->name_given;
    link.failed_before = item.planned->failed_before;
  }
  Plan plan = plan_link(std::move(link), item);
  if (auto failed = trouble()) return std::move(*failed);
  return plan;
}

/// A line that is no URL has an identity of its own, so that each such line gets a row. Lines of
/// the same text, or of none, are told apart by their number: more of them than in the run before
/// are news, wherever they stand.
LinkId Planner::id_of_no_url(std::string text) {
  // A user was masked otherwise when the first ledgers were written: their rows are still meant.
  if (const auto at = text.find(kMaskedUser); at != text.npos) {
    text.replace(at, kMaskedUser.size(), "//***@");
  }
  const LinkId first = link_id(sha256("no URL\n" + text));
  if (no_urls_.size() >= kMostTexts && !no_urls_.contains(first)) return first;
  const std::uint64_t number = ++no_urls_[first];
  return number == 1 ? first : link_id(sha256(fmt::format("no URL {}\n{}", number, text)));
}

Plan Planner::bad_url(Record record, std::string message) {
  record.status = Status::failed;
  record.error = ErrorClass::bad_url;
  record.retryable = false;
  record.message = std::move(message);
  LedgerRow row;
  row.link = id_of_no_url(*record.url);
  row.record = std::move(record);
  if (context_.history) {
    // Any state of the ledger will do: what this run has written since is not old.
    const auto known = context_.history->find(row.link);
    row.record.stood = known && known->failed_since != 0 && known->failed_since != context_.run;
    if (auto failed = trouble()) return std::move(*failed);
  }
  return row;
}

/// Makes sure that the ledger is seen as of `generation` or later.
void Planner::look(std::uint64_t generation) {
  if (!context_.history || looked_at_ == generation) return;
  context_.history->look_again();
  looked_at_ = generation;
}

void Planner::rest() {
  if (context_.history) context_.history->stop_looking();
  looked_at_.reset();
}

/// Neither in flight nor in the ledger.
bool Planner::is_certainly_new(const LinkId& link) {
  return planned_ && !planned_->add(HashOfId()(link));
}

/// The link's row in the ledger, as of `generation` or, if the link has not come up in this run
/// before, as some earlier run has left it.
std::optional<LedgerRow> Planner::row_of(const LinkId& link, std::uint64_t generation) {
  if (!context_.history) return std::nullopt;
  if (rows_ahead_) {
    if (auto row = rows_ahead_->take(link)) return row;
  }
  look(generation);
  auto row = context_.history->find(link);
  if (row && rows_ahead_) rows_ahead_->found(row->row, *context_.history);
  return row;
}

Plan Planner::plan_link(Link link, const ListedItem& item) {
  const LinkId identity = link_id(link.hash);
  if (is_certainly_new(identity)) return plan_new(std::move(link), item, 0);
  // Links in flight first, then the ledger: a link goes from the former to the latter.
  std::uint64_t generation = 0;
  if (const auto first = context_.links_in_flight->find(identity, generation)) {
    return duplicate(link, *first);
  }
  auto row = row_of(identity, generation);
  const std::int64_t own_row = row ? row->row : 0;
  if (row) {
    if (!item.planned && row->run == context_.run) return duplicate(link, row->record.index);
    if (const auto first = item.planned ? std::nullopt : context_.seen->add(row->row, link.index)) {
      return duplicate(link, *first);
    }
    const bool adoptable = context_.resume.adopt && row->record.status == Status::failed;
    if (adoptable && !row->record.file_name) {
      if (auto adopted = adopt(link, plain_name(link, item), row->row)) return std::move(*adopted);
    }
    link.failed_before = row->failed_since != 0;
    if (auto plan = recall(link, std::move(*row), item)) return std::move(*plan);
  }
  return plan_new(std::move(link), item, own_row);
}

/// A link to fetch, under link.name if that is set. `own_row`: in the ledger; 0: none.
Plan Planner::plan_new(Link link, const ListedItem& item, std::int64_t own_row) {
  if (link.name.empty()) {
    const std::string plain = plain_name(link, item);
    if (context_.resume.adopt) {
      if (auto adopted = adopt(link, plain, own_row)) return std::move(*adopted);
    }
    ClaimedName claimed = context_.name_claims->claim(plain, link.hash, taken_in_ledger(own_row));
    link.name = std::move(claimed.name);
    link.name_key = claimed.key;
    if (item.planned) {
      link.open_name = item.planned->open_name;
    } else if (item.planned_name.empty()) {
      link.open_name = context_.names.open_name(name_fields(link, item));
    }
  }
  context_.links_in_flight->add(link_id(link.hash), link.index);
  return link;
}

NameFields Planner::name_fields(const Link& link, const ListedItem& item) {
  return {.url = link.url,
          .index = link.index,
          .id = item.id,
          .hash = link.hash,
          .columns = item.named};
}

std::string Planner::plain_name(const Link& link, const ListedItem& item) const {
  if (item.planned) return item.planned->name;
  if (!item.planned_name.empty()) return item.planned_name;
  const bool gives = context_.names_of_list && !item.out.empty();
  if (link.name_given) return clean_path(item.out);
  std::string name = context_.names.expand(name_fields(link, item));
  if (gives) name = clean_path(item.out + name);
  return context_.merged_names ? merged_name(name, link.hash) : name;
}

/// Whether the list names the file otherwise than it is. An extension may be the content's, and a
/// suffix keeps names apart; of a folder alone, the file may have any name in it.
bool Planner::is_named_otherwise(const LedgerRow& row, const ListedItem& item) const {
  if (!context_.names_of_list || item.out.empty() || !row.record.file_name) return false;
  namespace fs = std::filesystem;
  const fs::path file(*row.record.file_name);
  const bool is_folder = item.out.ends_with('/');
  const fs::path named(clean_path(is_folder ? item.out + "x" : item.out));
  if (file.parent_path() != named.parent_path()) return true;
  if (is_folder) return false;
  const std::string stem = file.stem().string();
  const std::string own = to_hex(row.link).substr(0, 8);  // of its other names
  return stem != named.stem() && stem != named.filename() &&
         !stem.starts_with(named.stem().string() + "-" + own);
}

std::optional<Plan> Planner::recall(Link& link, LedgerRow&& row, const ListedItem& item) {
  const bool saved = row.record.status == Status::saved;
  if (!saved && !context_.resume.retry_failed.includes(row.record)) {
    return still_failed(link, std::move(row.record));
  }
  if (saved && context_.resume.trust_ledger && !context_.resume.refresh) {
    const bool named_otherwise = is_named_otherwise(row, item);
    return kept(link, std::move(row.record), named_otherwise);
  }
  const auto file = file_of(row);
  const bool intact = file && row.file && *file == *row.file;
  if (!intact) {
    // While its file was there, a failure cost nothing: one that leaves it missing is news.
    link.failed_before = link.failed_before && !saved;
    return std::nullopt;
  }
  if (saved && !context_.resume.refresh) {
    const bool named_otherwise = is_named_otherwise(row, item);
    return kept(link, std::move(row.record), named_otherwise);
  }
  link.name = *row.record.file_name;
  link.name_key = row.name_key;
  link.earlier = std::make_shared<Earlier>(Earlier{.file = *file, .record = std::move(row.record)});
  return std::nullopt;
}

std::optional<FileStamp> Planner::file_of(const LedgerRow& row) const {
  if (!row.record.file_name || context_.output_fd < 0) return std::nullopt;
  return stamp_of(context_.output_fd, *row.record.file_name);
}

std::optional<Plan> Planner::adopt(const Link& link, const std::string& plain,
                                   std::int64_t own_row) {
  const auto file = context_.output_fd < 0 ? std::nullopt : stamp_of(context_.output_fd, plain);
  if (!file) return std::nullopt;
  const std::uint64_t key = name_key(plain);
  if (!context_.name_claims->claim_existing(key, taken_in_ledger(own_row))) return std::nullopt;
  auto adopted = adopted_row(link, plain, key, *file);
  if (!adopted) context_.name_claims->release(key);
  return adopted;
}

/// nullopt: the file cannot be read.
std::optional<Plan> Planner::adopted_row(const Link& link, const std::string& plain,
                                         std::uint64_t key, const FileStamp& file) {
  LedgerRow row{.link = link_id(link.hash), .name_key = key, .file = file};
  row.record = {.index = link.index,
                .url = link.listed,
                .status = Status::saved,
                .file_name = plain,
                .bytes = file.size,
                .message = "adopted: the file was there already",
                .columns = link.columns};
  if (context_.resume.hash_content == HashContent::yes) {
    const auto digest = hash_of(context_.output_fd, plain);
    if (!digest) return std::nullopt;
    row.record.sha256 = *digest;
  }
  context_.links_in_flight->add(row.link, link.index);
  return row;
}

TakenInLedger Planner::taken_in_ledger(std::int64_t own_row) {
  return [this, own_row](std::uint64_t key) {
    if (!context_.history) return false;
    look(context_.links_in_flight->generation());
    return context_.history->name_taken(key, own_row);
  };
}

std::optional<OutputTrouble> Planner::trouble() const {
  if (context_.history) {
    if (auto error = context_.history->error())
      return OutputTrouble{std::move(error->message), context_.history->damaged()};
  }
  if (context_.seen && context_.seen->error() != 0) {
    return OutputTrouble{fmt::format("cannot write in '{}/.fanfetch': {}", context_.output,
                                     errno_text(context_.seen->error()))};
  }
  return std::nullopt;
}

}  // namespace fanfetch
