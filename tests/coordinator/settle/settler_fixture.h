#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/settle/batch_settler.h"
#include "tests/coordinator/settle/output_fixture.h"
#include "tests/coordinator/settle/recording_ledger.h"

namespace fanfetch {

/// A settler on a real folder, with a ledger that records and a disk that syncs on demand. All that
/// happens is in one log, in its order.
class SettlerFixture : public OutputFixture {
 protected:
  [[nodiscard]] SettlerHooks hooks() {
    return {.claim_name =
                [this](const Link& link, const Saved&) {
                  const auto other = content_names_.find(link.name);
                  const std::string& name =
                      other == content_names_.end() ? link.name : other->second;
                  return ClaimedName{name, key_of(name)};
                },
            .on_other_name = [this](std::uint64_t name) { other_names_.push_back(name); },
            .sync =
                [this] {
                  log_.emplace_back("sync");
                  if (on_sync_) on_sync_();
                  return sync_error_;
                },
            .output_lost = [this] { return output_lost_; },
            .free_reserve =
                [this] {
                  log_.emplace_back("free");
                  return has_reserve_;
                },
            .on_record =
                [this](const Record& record) {
                  log_.push_back(fmt::format("record {}", record.index));
                  if (record.status == Status::saved && !files_are_elsewhere_) {
                    EXPECT_TRUE(exists(*record.file_name)) << "saved, without its file";
                  }
                  records_.push_back(record);
                },
            .on_settled =
                [this](const LinkId& link, std::uint64_t planned, std::uint64_t final) {
                  log_.emplace_back("settled");
                  settled_.push_back(link);
                  settled_names_.emplace_back(planned, final);
                },
            .on_done = [this](const LinkId& /*link*/, const Record& record,
                              bool lasts) { done_.emplace_back(record.index, lasts); }};
  }
  SettlerFixture() {
    ledger_.on_call = [this](const std::string& call) {
      log_.push_back(call);
      if (on_ledger_) on_ledger_(call);
    };
  }

  /// A link whose part is whole: `body`, of four bytes.
  [[nodiscard]] FinishedLink saved(unsigned number, const std::string& name) const {
    write_part(number, "body");
    return finished(number, name, Saved{.response = {.http_status = 200}, .bytes = 4});
  }
  [[nodiscard]] static FinishedLink finished(unsigned number, const std::string& name,
                                             Outcome outcome) {
    return {.link = {.index = number,
                     .listed = "http://x/" + name,
                     .hash = hash_of(number),
                     .name = name,
                     .name_key = key_of(name)},
            .outcome = std::move(outcome),
            .final_url = "http://x/" + name,
            .attempts = 1};
  }
  /// Gives the link a file of an earlier run under its name.
  void with_earlier(FinishedLink& finished, const std::string& text) const {
    write(finished.link.name, text);
    LedgerRow row = saved_row(1, finished.link.name);
    row.record.etag = "\"old\"";
    finished.link.earlier =
        std::make_shared<Earlier>(Earlier{.file = stamp(finished.link.name), .record = row.record});
  }
  template <class... Some>
  void settle(Some... some) {
    std::vector<Settled> batch;
    (batch.emplace_back(std::move(some)), ...);
    settler_.settle(batch);
  }
  [[nodiscard]] std::vector<std::string> take_log() { return std::exchange(log_, {}); }

  std::vector<std::string> log_;
  std::vector<Record> records_;
  std::vector<LinkId> settled_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> settled_names_;
  std::vector<std::pair<std::uint64_t, bool>> done_;  // index, and whether it lasts
  std::vector<std::uint64_t> other_names_;
  std::map<std::string, std::string> content_names_;  // by the planned one that the body changes
  bool files_are_elsewhere_ = false;
  int sync_error_ = 0;
  bool has_reserve_ = true;
  std::optional<std::string> output_lost_;
  std::function<void()> on_sync_;
  std::function<void(const std::string& call)> on_ledger_;

  RecordingLedger ledger_;
  const Placer placer_ = placer();
  BatchSettler settler_{ledger_, placer_, hooks()};
};

using Log = std::vector<std::string>;

}  // namespace fanfetch
