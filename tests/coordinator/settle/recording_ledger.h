#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "coordinator/ledger/ledger.h"

namespace fanfetch {

/// A ledger in memory: notes its calls, lets a test look around in the middle of each, and fails on
/// demand.
class RecordingLedger : public Ledger {
 public:
  [[nodiscard]] Done write(std::span<LedgerEntry> batch) override {
    if (Done done = begin("write"); !done) return done;
    placing.clear();
    for (LedgerEntry& entry : batch) {
      if (entry.file_stays) {
        failing[entry.row.link] = entry.row.record.status == Status::failed;
        continue;
      }
      entry.row.row = static_cast<std::int64_t>(rows.size()) + 1;
      rows[entry.row.row] = entry.row;
      if (entry.rename) placing[entry.row.row] = *entry.rename;
    }
    return {};
  }
  [[nodiscard]] Done rename(std::span<const NewName> names) override {
    if (Done done = begin("rename"); !done) return done;
    for (const NewName& one : names) {
      rows[one.row].record.file_name = one.name;
      rows[one.row].name_key = one.name_key;
    }
    return {};
  }
  [[nodiscard]] Done give_up(std::span<const Unplaced> parts) override {
    if (Done done = begin("give_up"); !done) return done;
    for (const Unplaced& one : parts) {
      given_up[one.row] = one.message;
      placing.erase(one.row);
    }
    return {};
  }
  [[nodiscard]] Done clear_renames() override {
    if (Done done = begin("clear_renames"); !done) return done;
    placing.clear();
    return {};
  }

  std::vector<std::string> calls;
  std::function<void(const std::string& call)> on_call;  ///< Before it has any effect.
  std::vector<Failure> failures;                         ///< Of the next calls, the last one first.
  std::map<std::int64_t, LedgerRow> rows;
  std::map<LinkId, bool> failing;  ///< Those whose file stays.
  std::map<std::int64_t, PendingRename> placing;
  std::map<std::int64_t, std::string> given_up;

 private:
  Done begin(const std::string& call) {
    calls.push_back(call);
    if (on_call) on_call(call);
    if (failures.empty()) return {};
    Failure failure = failures.back();
    failures.pop_back();
    return tl::unexpected(std::move(failure));
  }
};

}  // namespace fanfetch
