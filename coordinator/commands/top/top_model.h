#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "coordinator/commands/top/top_answers.h"
#include "coordinator/control/answer_reader.h"
#include "coordinator/control/request.h"

namespace fanfetch {

/// What a user may press; letters are themselves.
namespace top_key {
inline constexpr int kEnter = '\n', kEscape = 27, kBackspace = 127;
}  // namespace top_key

/// What comes first among the hosts.
enum class TopOrder : std::uint8_t { in_flight, rate, errors, pause };
[[nodiscard]] std::string_view name(TopOrder order);

/// What `fanfetch top` knows of a run, and what its keys do. Pure: takes answers, keys and times;
/// top_screen() makes text of it.
class TopModel {
 public:
  /// `output`: DIR as the user named it, printable.
  explicit TopModel(std::string output) : output_(std::move(output)) {}

  // Answers of the run, each second (`now` never goes back):
  void on_status(TopStatus status);
  void on_hosts(std::vector<TopHost> hosts, Instant now);
  void on_workers(std::vector<TopWorker> workers) { workers_ = std::move(workers); }
  void on_failures(std::vector<TopFailure> failures) { failures_ = std::move(failures); }
  /// To the request of on_key(), or to a SetRequest without values.
  void on_answer(const ReadAnswer& answer, bool was_asked_by_key);

  /// What is to be asked of the run because of `key`; nullopt: nothing.
  [[nodiscard]] std::optional<Request> on_key(int key);
  /// The user has seen enough; the run goes on.
  [[nodiscard]] bool quits() const { return quits_; }

  // For the screen:
  [[nodiscard]] const std::string& output() const { return output_; }
  [[nodiscard]] const TopStatus& status() const { return status_; }
  /// In the order that the user wants.
  [[nodiscard]] const std::vector<TopHost>& hosts() const { return hosts_; }
  [[nodiscard]] const std::vector<TopWorker>& workers() const { return workers_; }
  /// The newest last.
  [[nodiscard]] const std::vector<TopFailure>& failures() const { return failures_; }
  /// Bytes a second, one figure a second, the newest last.
  [[nodiscard]] const std::deque<double>& history() const { return history_; }
  [[nodiscard]] TopOrder order() const { return order_; }
  /// What is being typed; nullopt: nothing.
  [[nodiscard]] const std::optional<std::string>& typed() const { return typed_; }
  /// What came of the last key; empty: nothing to say.
  [[nodiscard]] const std::string& message() const { return message_; }
  /// What holds now, as the run says it; empty: not known.
  [[nodiscard]] std::string setting(std::string_view name) const;

  /// Figures that history() keeps: a terminal is seldom wider.
  static constexpr std::size_t kHistory = 300;
  /// Hosts to ask for, by asked_order(); what is fast now is in flight.
  static constexpr std::size_t kHosts = 200;
  [[nodiscard]] HostOrder asked_order() const;

 private:
  [[nodiscard]] std::optional<Request> on_typed_key(int key);
  [[nodiscard]] std::optional<Request> change_jobs(bool more) const;
  void sort_hosts();

  const std::string output_;
  TopStatus status_;
  std::vector<TopHost> hosts_;
  std::vector<TopWorker> workers_;
  std::vector<TopFailure> failures_;
  std::vector<SettingLine> settings_;
  std::deque<double> history_;
  std::map<std::string, std::uint64_t> bytes_before_;  // of each host,
  Instant hosts_at_{};                                 // as of then
  TopOrder order_ = TopOrder::in_flight;
  std::optional<std::string> typed_;
  std::string message_;
  bool quits_ = false;
};

}  // namespace fanfetch
