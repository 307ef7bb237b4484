#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "coordinator/ledger/history.h"
#include "coordinator/ledger/open_ledger.h"
#include "coordinator/ledger/sqlite_ledger.h"

// Links and rows for tests, told apart by a number, and ledgers to put them in.

namespace fanfetch {

inline Sha256Digest hash_of(unsigned number) { return sha256(std::to_string(number)); }
inline LinkId link_of(unsigned number) { return link_id(hash_of(number)); }
inline std::string part_of(unsigned number) { return to_hex(hash_of(number)); }
/// Stands for the plan's: no two names of a test share it.
inline std::uint64_t key_of(const std::string& name) {
  return std::hash<std::string>()(name) | 1ULL << 63;
}

inline LedgerRow saved_row(unsigned number, const std::string& name) {
  LedgerRow row{.link = link_of(number), .name_key = key_of(name), .file = FileStamp{4, 1234}};
  row.record.index = number;
  row.record.url = "http://x/" + name;
  row.record.status = Status::saved;
  row.record.file_name = name;
  row.record.bytes = 4;
  return row;
}

inline LedgerRow failed_row(unsigned number, ErrorClass error = ErrorClass::timeout) {
  LedgerRow row{.link = link_of(number)};
  row.record.index = number;
  row.record.url = "http://x/" + std::to_string(number);
  row.record.error = error;
  row.record.message = "no";
  return row;
}

/// A row, and its part still to be placed.
inline LedgerEntry placing_entry(unsigned number, const std::string& name,
                                 std::uint64_t inode = 77) {
  return {.row = saved_row(number, name),
          .rename = PendingRename{.part = part_of(number), .inode = inode, .replaces = {}}};
}

/// What an open ledger consists of; the database is lent by the ledger.
struct OpenLedger {
  Database* database = nullptr;
  std::unique_ptr<SqliteLedger> ledger;
};

inline OpenLedger open_sqlite(const std::string& path) {
  auto opened = open_ledger(path);
  if (!opened) {
    ADD_FAILURE() << opened.error().message;
    return {};
  }
  Database* database = opened->database.get();
  return {database, std::make_unique<SqliteLedger>(std::move(opened->database), path)};
}

inline std::unique_ptr<History> open_history(const std::string& path) {
  auto history = History::open(path);
  if (history) return std::move(*history);
  ADD_FAILURE() << history.error().message;
  return nullptr;
}

}  // namespace fanfetch
