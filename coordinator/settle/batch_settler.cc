#include "coordinator/settle/batch_settler.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "common/crash_point.h"
#include "coordinator/names/name_template.h"
#include "coordinator/names/path_text.h"
#include "coordinator/settle/batch_policy.h"

namespace fanfetch {

/// What is being settled. The rows for the ledger are contiguous, as Ledger::write() takes them.
struct BatchSettler::Batch {
  struct Item {
    LinkId link{};
    Sha256Digest hash{};
    std::uint64_t planned_name_key = 0;
    std::uint64_t final_name_key = 0;
    std::string wanted;            // the name claimed, if its part is to get another one
    NameForm form;                 // of that name
    std::optional<Record> record;  // nullopt: it is in the row
  };
  std::vector<Item> items;
  std::vector<LedgerEntry> entries;  // one for each item without a record, in the same order
  std::vector<PartToPlace> parts;    // those of the entries that have one,
  std::vector<LedgerEntry*> owners;  // and these entries
  bool has_parts = false;
  bool written = false;

  /// Keeps the memory, but that of a batch which outgrew the others while the disk was slow.
  void clear() {
    if (items.capacity() > 4 * BatchPolicy::kFull) *this = {};
    items.clear();
    entries.clear();
    parts.clear();
    owners.clear();
    has_parts = written = false;
  }
};

BatchSettler::BatchSettler(Ledger& ledger, const Placer& placer, SettlerHooks hooks)
    : ledger_(ledger),
      placer_(placer),
      hooks_(std::move(hooks)),
      batch_(std::make_unique<Batch>()) {}
BatchSettler::BatchSettler(BatchSettler&&) noexcept = default;
BatchSettler::~BatchSettler() = default;

namespace {

void turn_into_failure(Record& record, std::string message) {
  record.status = Status::failed;
  record.error = ErrorClass::disk;
  record.retryable = true;
  record.message = std::move(message);
  record.file_name.reset();
  record.bytes.reset();
  record.sha256.reset();
}

/// The row and the pending rename of a part that its worker reports as whole, as the part is on the
/// disk: a worker that was taken over may report anything.
Result<LedgerEntry> entry_of_part(const Placer& placer, const Link& link, std::uint64_t bytes) {
  LedgerEntry entry;
  PendingRename rename{.part = to_hex(link.hash)};
  struct stat status {};
  if (::fstatat(placer.part_fd(), rename.part.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return fail("its part file is gone: {}", errno_text(errno));
  }
  const FileStamp stamp = stamp_of(status);
  if (!is_whole_part(status, bytes)) {
    if (stamp.size == bytes) return fail("its part file is something else, or has other names");
    return fail("its part file has {} bytes where the worker wrote {}", stamp.size, bytes);
  }
  rename.inode = status.st_ino;
  if (link.earlier) rename.replaces = link.earlier->file;
  entry.row.file = stamp;
  entry.rename = std::move(rename);
  return entry;
}

bool is_saved(const Settled& settled) {
  const auto* finished = std::get_if<FinishedLink>(&settled);
  return finished != nullptr && std::holds_alternative<Saved>(finished->outcome);
}

/// Whether a later run could resume from what is left of the part.
bool is_worth_keeping(const Failed& failed) {
  return failed.retry == Retry::yes || failed.error == ErrorClass::disk;
}

}  // namespace

void BatchSettler::begin(Settled settled, Batch& batch) const {
  if (auto* row = std::get_if<LedgerRow>(&settled)) {
    batch.items.push_back(
        {.link = row->link, .planned_name_key = row->name_key, .final_name_key = row->name_key});
    batch.entries.push_back({.row = std::move(*row)});
  } else if (auto* fetched = std::get_if<FetchedElsewhere>(&settled)) {
    begin_elsewhere(std::move(*fetched), batch);
  } else {
    begin_finished(std::move(std::get<FinishedLink>(settled)), batch);
  }
}

void BatchSettler::begin_finished(FinishedLink&& finished, Batch& batch) const {
  const Link& link = finished.link;
  auto& item = batch.items.emplace_back(Batch::Item{.link = link_id(link.hash),
                                                    .hash = link.hash,
                                                    .planned_name_key = link.name_key,
                                                    .final_name_key = link.name_key});
  LedgerEntry entry;
  std::optional<std::string> file_name, problem;
  if (const auto* failed = std::get_if<Failed>(&finished.outcome)) {
    if (finished.attempts > 0) {
      const std::string part = to_hex(link.hash);
      is_worth_keeping(*failed) ? placer_.discard_unless_resumable(part) : placer_.discard(part);
    }
  } else if (std::holds_alternative<Skipped>(finished.outcome)) {
    placer_.discard(to_hex(link.hash));
  } else if (const auto* saved = std::get_if<Saved>(&finished.outcome)) {
    if (auto whole = entry_of_part(placer_, link, saved->bytes)) {
      entry = std::move(*whole);
      ClaimedName claimed = hooks_.claim_name(link, *saved);
      item.final_name_key = claimed.key;
      entry.row.name_key = claimed.key;
      if (const auto form = link.earlier ? std::nullopt : name_limits_.form_of(claimed.name)) {
        item.form = *form;
        item.wanted =
            std::exchange(claimed.name, other_name(in_form(claimed.name, *form), link.hash, 1));
        entry.row.name_key = name_key(claimed.name);
      }
      file_name = std::move(claimed.name);
      batch.has_parts = true;
    } else {
      problem = std::move(whole.error().message);
    }
  }
  Record record = record_of(std::move(finished));
  if (file_name) record.file_name = std::move(file_name);
  if (problem) {
    turn_into_failure(record, std::move(*problem));
    record.stood = link.failed_before;
  }
  const bool failed = record.status == Status::failed;
  // The row of an earlier file stays valid until there is a new file; that its link fails, or does
  // no longer, is noted there.
  entry.file_stays =
      link.earlier && failed != link.failed_before && (failed || record.status == Status::kept);
  // What is skipped gets no row: the next run may want it, and asks again.
  const bool has_row = record.status == Status::saved || (failed && !link.earlier);
  if (!has_row && !entry.file_stays) {
    item.record = std::move(record);
    return;
  }
  entry.row.link = item.link;
  if (failed) {
    entry.row.planned_name = link.name;
    entry.row.named_by_list = link.name_given;
    entry.row.had_headers = !link.headers.empty();
  }
  entry.row.record = std::move(record);
  batch.entries.push_back(std::move(entry));
}

/// Its file is none of this folder's, so that nothing is placed: the row alone is written.
void BatchSettler::begin_elsewhere(FetchedElsewhere&& fetched, Batch& batch) const {
  const Link& link = fetched.link;
  auto& item = batch.items.emplace_back(Batch::Item{.link = link_id(link.hash),
                                                    .hash = link.hash,
                                                    .planned_name_key = link.name_key,
                                                    .final_name_key = link.name_key});
  Record& record = fetched.record;
  if (record.file_name && *record.file_name != link.name) {
    item.final_name_key = name_key(*record.file_name);
    hooks_.on_other_name(item.final_name_key);
  }
  if (record.status == Status::skipped) {
    item.record = std::move(record);
    return;
  }
  LedgerRow row{.link = item.link, .name_key = item.final_name_key};
  if (record.status == Status::failed) {
    row.planned_name = link.name;
    row.named_by_list = link.name_given;
  }
  row.record = std::move(record);
  batch.entries.push_back({.row = std::move(row)});
}

Duration BatchSettler::settle(std::vector<Settled>& settled) {
  // Parts share one sync, which may take long. Without parts nothing is gained by a large batch.
  const bool has_parts = std::ranges::any_of(settled, is_saved);
  const std::size_t slice = has_parts ? settled.size() : BatchPolicy::kFull;
  Duration syncs_took{0};
  for (std::span rest(settled); !rest.empty(); rest = rest.subspan(std::min(slice, rest.size()))) {
    syncs_took += settle_slice(rest.first(std::min(slice, rest.size())));
  }
  settled.clear();
  return syncs_took;
}

Duration BatchSettler::settle_slice(std::span<Settled> settled) {
  Batch& batch = *batch_;
  batch.items.reserve(settled.size());
  batch.entries.reserve(settled.size());
  for (Settled& one : settled) begin(std::move(one), batch);

  Duration sync_took{0};
  if (!output_error_) output_error_ = hooks_.output_lost();
  if (!output_error_) {
    if (auto done = settle_batch(batch, sync_took); !done) output_error_ = done.error().message;
  }
  report(batch);
  batch.clear();
  return sync_took;
}

void BatchSettler::report(Batch& batch) const {
  auto entry = batch.entries.begin();
  for (const Batch::Item& item : batch.items) {
    const Record* reported = item.record ? &*item.record : nullptr;
    bool lasts = !output_error_;
    if (reported == nullptr) {
      Record& record = entry->row.record;
      // A row that is not in the ledger, or whose part has not got its name, is not settled.
      lasts = batch.written && !entry->rename;
      if (!lasts) turn_into_failure(record, output_error_.value_or("it could not be recorded"));
      reported = &record;
      ++entry;
    }
    if (!reported->handed_over) hooks_.on_record(*reported);
    hooks_.on_settled(item.link, item.planned_name_key, item.final_name_key);
    if (hooks_.on_done) hooks_.on_done(item.link, *reported, lasts);
  }
}

Result<> BatchSettler::settle_batch(Batch& batch, Duration& sync_took) {
  crash_point("batch_closed");
  if (batch.entries.empty()) return {};
  if (batch.has_parts || renames_unsynced_) {
    if (auto synced = sync(sync_took); !synced) return synced;
    renames_unsynced_ = false;
  }
  crash_point("after_syncfs");
  if (auto written = write(batch); !written) return written;
  crash_point("after_commit");
  if (!batch.has_parts) return {};
  renames_unsynced_ = true;
  auto placed = place(batch);
  crash_point("after_renames");
  return placed;
}

Result<> BatchSettler::sync(Duration& took) {
  const Instant start = std::chrono::steady_clock::now();
  const int error = hooks_.sync();
  took = std::chrono::steady_clock::now() - start;
  if (error == 0) return {};
  return fail("cannot bring the files to the disk (syncfs): {}", errno_text(error));
}

Result<> BatchSettler::write(Batch& batch) {
  Ledger::Done done = ledger_.write(batch.entries);
  if (!done && done.error().full && hooks_.free_reserve()) {
    // This batch is the last one: the disk stays full.
    output_error_ = done.error().message;
    done = ledger_.write(batch.entries);
  }
  batch.written = done.has_value();
  if (done) return {};
  return tl::unexpected(Error{done.error().message});
}

Result<> BatchSettler::place(Batch& batch) {
  auto& parts = batch.parts;
  auto& owners = batch.owners;
  auto entry = batch.entries.begin();
  for (const Batch::Item& item : batch.items) {
    if (item.record) continue;
    LedgerEntry& owner = *entry++;
    if (!owner.rename) continue;
    parts.push_back({.row = owner.row.row,
                     .part = owner.rename->part,
                     .hash = item.hash,
                     .replaces = owner.rename->replaces,
                     .bytes = owner.row.file->size,
                     .name = *owner.row.record.file_name,
                     .wanted = item.wanted,
                     .form = item.form});
    owners.push_back(&owner);
  }
  auto placed = placer_.place(parts, ledger_);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].placed) {
      if (!parts[i].wanted.empty()) {
        if (!parts[i].by_chance) name_limits_.learn(parts[i].wanted, parts[i].form);
        hooks_.on_other_name(name_key(parts[i].name));
      }
      owners[i]->row.record.file_name = std::move(parts[i].name);
    } else if (!parts[i].problem.empty()) {
      turn_into_failure(owners[i]->row.record, parts[i].problem);
    } else {
      continue;  // it stays noted, for the next run
    }
    owners[i]->rename.reset();
  }
  return placed;
}

void BatchSettler::finish() {
  if (!renames_unsynced_ || output_error_) return;
  Duration took{0};
  auto synced = sync(took);
  if (!synced) {
    output_error_ = synced.error().message;
    return;
  }
  renames_unsynced_ = false;
  if (const auto cleared = ledger_.clear_renames(); !cleared) {
    output_error_ = cleared.error().message;
  }
}

}  // namespace fanfetch
