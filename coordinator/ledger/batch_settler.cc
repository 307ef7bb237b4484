#include "coordinator/ledger/batch_settler.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "common/crash_point.h"

namespace fanfetch {

struct BatchSettler::Item {
  LinkId link{};
  Sha256Digest hash{};
  std::uint64_t planned_name_key = 0;
  Record record;
  std::optional<LedgerEntry> entry;  // none: the ledger's row stays as it is
};

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

/// The part that a worker says is whole, as it lies on the disk. A worker that was taken over may
/// say anything.
Result<LedgerEntry> entry_of_part(const Placer& placer, const Link& link, const Record& record) {
  LedgerEntry entry;
  Placing placing{.part = to_hex(link.hash)};
  struct stat status {};
  if (::fstatat(placer.part_fd(), placing.part.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return fail("its part file is gone: {}", errno_text(errno));
  }
  const FileStamp stamp = stamp_of(status);
  if (!S_ISREG(status.st_mode) || stamp.size != record.bytes) {
    return fail("its part file has {} bytes where the worker wrote {}", stamp.size,
                record.bytes.value_or(0));
  }
  placing.inode = status.st_ino;
  if (link.earlier) placing.replaces = link.earlier->file;
  entry.row.file = stamp;
  entry.placing = std::move(placing);
  return entry;
}

/// Whether another run could go on with what is left of it.
bool is_worth_keeping(const Failed& failed) {
  return failed.retry == Retry::yes || failed.error == ErrorClass::disk;
}

}  // namespace

BatchSettler::Item BatchSettler::begin(Settled settled) const {
  Item item;
  if (auto* row = std::get_if<LedgerRow>(&settled)) {
    item.link = row->link;
    item.planned_name_key = row->name_key;
    item.record = row->record;
    item.entry = LedgerEntry{.row = std::move(*row)};
    return item;
  }
  const auto& settlement = std::get<Settlement>(settled);
  const Link& link = settlement.link;
  item.hash = link.hash;
  item.link = link_id(link.hash);
  item.planned_name_key = link.name_key;
  item.record = record_of(settlement);
  if (const auto* failed = std::get_if<Failed>(&settlement.outcome)) {
    if (settlement.attempts > 0) {
      const std::string part = to_hex(link.hash);
      is_worth_keeping(*failed) ? placer_.discard_unless_resumable(part) : placer_.discard(part);
    }
    if (!link.earlier) item.entry.emplace();
  } else if (std::holds_alternative<Saved>(settlement.outcome)) {
    auto entry = entry_of_part(placer_, link, item.record);
    if (entry) {
      item.record.file_name = link.name;
      item.entry = std::move(*entry);
    } else {
      turn_into_failure(item.record, entry.error().message);
      if (!link.earlier) item.entry.emplace();
    }
  }
  if (item.entry) {
    item.entry->row.link = item.link;
    item.entry->row.record = item.record;
    item.entry->row.name_key = link.name_key;
  }
  return item;
}

Duration BatchSettler::settle(std::vector<Settled> batch) {
  std::vector<Item> items;
  items.reserve(batch.size());
  for (Settled& settled : batch) items.push_back(begin(std::move(settled)));
  batch.clear();

  Duration sync_took{0};
  if (!output_error_) output_error_ = hooks_.output_lost();
  if (!output_error_) {
    if (auto settled = settle_items(items, sync_took); !settled) {
      output_error_ = settled.error().message;
    }
  }
  for (const Item& item : items) {
    report(item);
    hooks_.on_settled(item.link, item.planned_name_key);
  }
  return sync_took;
}

void BatchSettler::report(const Item& item) const {
  // A row that is not in the ledger, or whose part has no name, is not settled whatever it was.
  const bool written = item.entry && item.entry->row.row != 0;
  const bool unplaced = item.entry && item.entry->placing;
  if (!item.entry || (written && !unplaced)) return hooks_.on_record(item.record);
  Record record = item.record;
  turn_into_failure(record, output_error_.value_or("it could not be recorded"));
  hooks_.on_record(record);
}

Result<> BatchSettler::settle_items(std::vector<Item>& items, Duration& sync_took) {
  crash_point("batch_closed");
  bool has_parts = false;
  bool has_rows = false;
  for (const Item& item : items) {
    has_rows = has_rows || item.entry;
    has_parts = has_parts || (item.entry && item.entry->placing);
  }
  if (!has_rows) return {};
  if (has_parts || renames_unsynced_) {
    if (auto synced = sync(sync_took); !synced) return synced;
    renames_unsynced_ = false;
  }
  crash_point("after_syncfs");
  if (auto written = write(items); !written) return written;
  crash_point("after_commit");
  if (!has_parts) return {};
  renames_unsynced_ = true;
  auto placed = place(items);
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

Result<> BatchSettler::write(std::vector<Item>& items) {
  std::vector<LedgerEntry> entries;
  for (Item& item : items) {
    if (item.entry) entries.push_back(std::move(*item.entry));
  }
  Ledger::Done done = ledger_.write(entries);
  if (!done && done.error().full && hooks_.free_reserve()) {
    // This batch, and no more: the disk stays full.
    output_error_ = done.error().message;
    done = ledger_.write(entries);
  }
  std::size_t next = 0;
  for (Item& item : items) {
    if (item.entry) item.entry = std::move(entries[next++]);
    if (item.entry && !done) item.entry->row.row = 0;  // numbers of what was rolled back
  }
  if (done) return {};
  return tl::unexpected(Error{done.error().message});
}

Result<> BatchSettler::place(std::vector<Item>& items) {
  std::vector<PartToPlace> parts;
  std::vector<Item*> owners;
  for (Item& item : items) {
    if (!item.entry || !item.entry->placing) continue;
    const Placing& placing = *item.entry->placing;
    parts.push_back({.row = item.entry->row.row,
                     .part = placing.part,
                     .hash = item.hash,
                     .replaces = placing.replaces,
                     .name = *item.record.file_name});
    owners.push_back(&item);
  }
  auto placed = place_parts(parts, placer_, ledger_, hooks_.names);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].placed && parts[i].problem.empty()) continue;
    owners[i]->entry->placing.reset();
    if (parts[i].placed) {
      owners[i]->record.file_name = std::move(parts[i].name);
    } else {
      turn_into_failure(owners[i]->record, parts[i].problem);
    }
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
  if (const auto cleared = ledger_.clear_placing(); !cleared) {
    output_error_ = cleared.error().message;
  }
}

}  // namespace fanfetch
