#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"
#include "common/utf8.h"
#include "coordinator/ledger/database.h"
#include "coordinator/ledger/sqlite_ledger.h"
#include "coordinator/names/path_text.h"

namespace fanfetch {

// What `fanfetch verify` asks of a ledger's rows, and notes in them. Thread: one at a time.

/// Marks rows, many at once. Without a ledger it does nothing.
class Repairs {
 public:
  explicit Repairs(std::unique_ptr<SqliteLedger> ledger) : ledger_(std::move(ledger)) {}

  [[nodiscard]] Result<> refetch(std::int64_t row, std::string why) {
    if (!ledger_) return {};
    spoilt_.push_back({row, std::move(why)});
    return spoilt_.size() < kBatch ? Result<>() : flush();
  }
  [[nodiscard]] Result<> confirm(std::int64_t row, std::int64_t mtime_ns) {
    if (!ledger_) return {};
    good_.push_back({row, mtime_ns});
    return good_.size() < kBatch ? Result<>() : flush();
  }
  [[nodiscard]] Result<> flush() {
    Ledger::Done done;
    if (!spoilt_.empty()) done = ledger_->mark_for_refetch(spoilt_);
    if (done && !good_.empty()) done = ledger_->confirm(good_);
    spoilt_.clear();
    good_.clear();
    if (!done) return tl::unexpected(Error{done.error().message});
    return {};
  }

 private:
  /// Rows marked by one transaction.
  static constexpr std::size_t kBatch = 2048;

  std::unique_ptr<SqliteLedger> ledger_;
  std::vector<Spoilt> spoilt_;
  std::vector<NewTime> good_;
};

/// Questions about single files.
class FileNames {
 public:
  explicit FileNames(Database& database)
      : of_row_(database, "SELECT file_name, bytes, mtime_ns FROM links WHERE row=?"),
        known_(database, "SELECT 1 FROM links WHERE name_key=? AND file_name=?") {}

  struct File {
    std::string name;
    std::optional<FileStamp> stamp;
  };
  [[nodiscard]] File of_row(std::int64_t row) {
    File file;
    if (of_row_.bind(row).step()) {
      file.name = of_row_.text();
      const auto bytes = of_row_.optional_number();
      const auto mtime = of_row_.optional_number();
      if (bytes && mtime) file.stamp = FileStamp{static_cast<std::uint64_t>(*bytes), *mtime};
    }
    of_row_.reset();
    return file;
  }
  [[nodiscard]] bool knows(const std::string& name) {
    if (valid_utf8(name) != name) return false;  // none of ours
    const bool known = known_.bind(static_cast<std::int64_t>(name_key(name))).bind(name).step();
    known_.reset();
    return known;
  }

 private:
  Statement of_row_, known_;
};

}  // namespace fanfetch
