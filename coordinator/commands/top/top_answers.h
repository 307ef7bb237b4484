#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "coordinator/fleet/fleet_view.h"

namespace fanfetch {

// What `fanfetch top` takes from a run's answers (coordinator/control/answer.h). Keys that are
// missing or of another kind are 0 or empty, so that a run of another version can be looked at.

struct TopStatus {
  std::uint64_t run = 0, pid = 0;
  std::string started_at;                               ///< As RFC 3339 has it.
  std::string state;                                    ///< `running`, `paused`, `ending`.
  std::optional<std::chrono::milliseconds> paused_for;  ///< A pause that ends of itself.
  std::string rate;  ///< What a timetable of --limit-rate allows now; empty: there is none.
  std::uint64_t saved = 0, kept = 0, skipped = 0, failed = 0;
  std::uint64_t saved_bytes = 0, received_bytes = 0;
  double links_per_second = 0, bytes_per_second = 0;
  std::optional<std::uint64_t> total, total_bytes;
  std::optional<std::chrono::milliseconds> time_left;
  std::uint64_t in_flight = 0, held = 0;
  std::uint64_t hosts_waiting = 0;
  std::chrono::milliseconds longest_wait{};
  /// Of a fleet's driver, with texts as they come.
  std::optional<SeenFleet> fleet;

  [[nodiscard]] std::uint64_t settled() const { return saved + kept + skipped + failed; }
};

struct TopHost {
  std::string host;
  std::uint64_t in_flight = 0, limit = 0, waiting = 0, done = 0, failed = 0, bytes = 0;
  std::string state;  ///< `open`, `paused`, `given_up`, `skipped`.
  std::optional<std::chrono::milliseconds> paused_for;
  double bytes_per_second = 0;  ///< Not of the answer: TopModel's, of two answers.
};

struct TopWorker {
  std::uint64_t number = 0, pid = 0, in_flight = 0, limit = 0, done = 0, bytes = 0;
  std::string state;
};

struct TopFailure {
  std::string error, host, url, message;
  std::optional<std::uint64_t> http_status;
};

// `line`: an answer, with its LF or without. Error: what the run says against it, or that it is no
// answer. Pure, for bytes from anybody; texts come back printable and in ASCII, since the width of
// other characters is the terminal's secret.

[[nodiscard]] Result<TopStatus> read_top_status(std::string_view line);
[[nodiscard]] Result<std::vector<TopHost>> read_top_hosts(std::string_view line);
[[nodiscard]] Result<std::vector<TopWorker>> read_top_workers(std::string_view line);
[[nodiscard]] Result<std::vector<TopFailure>> read_top_failures(std::string_view line);

}  // namespace fanfetch
