#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/fleet/run/fleet_node.h"
#include "coordinator/reading/reader_thread.h"
#include "coordinator/report/run_report.h"
#include "coordinator/run/seams.h"
#include "coordinator/settle/ledger_thread.h"
#include "coordinator/settle/output_folder.h"
#include "coordinator/settle/run_measures.h"

namespace fanfetch {

// The Coordinator's seams to the other threads. Both are the loop's, and lend what they are made
// of.

/// The reader's thread as the Coordinator's LinkSupply.
class SupplyOfThread final : public LinkSupply {
 public:
  explicit SupplyOfThread(ReaderThread& reader) : reader_(reader) {}

  [[nodiscard]] std::optional<ReaderItem> take() override { return reader_.take(); }
  void wake_again() override { post_eventfd(reader_.filled_fd()); }
  void cancel() override { reader_.cancel(); }

 private:
  ReaderThread& reader_;
};

/// The ledger's thread, which is the report's too, as the Coordinator's LedgerInbox.
class InboxOfThread final : public LedgerInbox {
 public:
  /// `node`: null: the run is none.
  InboxOfThread(LedgerThread& ledger, RunReport& report, RunMeasures& measures,
                const OutputFolder& output, FleetNode* node)
      : ledger_(ledger), report_(report), measures_(measures), output_(output), node_(node) {}

  void settle(Settled settled) override {
    if (node_ != nullptr) tell_node(settled);
    ledger_.settle(std::move(settled));
  }
  void report(std::vector<Record> records) override {
    const std::size_t count = records.size();
    ledger_.post(
        [this, records = std::move(records)] {
          for (const Record& record : records) {
            report_.on_record(record);
            measures_.add(record);
            if (node_ != nullptr) node_->on_planned(record);
          }
        },
        count);
  }
  void error(std::string text) override {
    ledger_.post([this, text = std::move(text)] { report_.error(text); });
  }
  void notice(std::string text) override {
    ledger_.post([this, text = std::move(text)] { report_.notice(text); });
  }
  void detail(std::string text) override {
    ledger_.post([this, text = std::move(text)] { report_.detail(text); });
  }
  void progress(const ProgressState& state, Instant now) override {
    ledger_.post([this, state, now] {
      report_.progress(state, now);
      measures_.tick(report_.live(0), now, std::chrono::system_clock::now());
    });
  }
  /// The answer to SIGUSR1.
  void show_status() {
    ledger_.post([this] { report_.show_status(); });
  }
  void settle_rest() override { ledger_.settle_rest(); }
  void close() override { ledger_.close(); }
  [[nodiscard]] std::size_t backlog() const override { return ledger_.backlog(); }
  [[nodiscard]] bool is_finished() const override { return ledger_.finished(); }
  [[nodiscard]] std::optional<std::string> output_error() const override {
    return ledger_.output_error();
  }
  [[nodiscard]] int results_error() const override { return report_.results_error(); }
  [[nodiscard]] bool results_go_to_stdout() const override { return report_.results_to_stdout(); }

  void measure_free() override {
    if (measuring_.exchange(true)) return;  // the disk is slow: one question at a time
    ledger_.post([this] {
      const auto free = output_.free_bytes();
      free_ = free ? static_cast<std::int64_t>(*free) : -1;
      measuring_ = false;
    });
  }
  void forget_free() override { free_ = -1; }
  [[nodiscard]] std::optional<std::uint64_t> free_bytes() const override {
    const std::int64_t free = free_;
    return free < 0 ? std::nullopt : std::optional<std::uint64_t>(free);
  }

 private:
  /// Of a link that is handed over nothing is to be reported.
  void tell_node(const Settled& settled) {
    if (const auto* row = std::get_if<LedgerRow>(&settled)) node_->on_settling(row->link);
    const auto* finished = std::get_if<FinishedLink>(&settled);
    if (finished != nullptr && !finished->handed_over) {
      node_->on_settling(link_id(finished->link.hash));
    }
  }

  LedgerThread& ledger_;
  RunReport& report_;
  RunMeasures& measures_;
  const OutputFolder& output_;
  FleetNode* const node_;
  std::atomic<std::int64_t> free_{-1};  // nullopt: -1
  std::atomic<bool> measuring_{false};
};

}  // namespace fanfetch
