#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "common/outcome.h"
#include "coordinator/link/record.h"

namespace fanfetch {

/// One of the last failures. All texts are safe to print.
struct LiveFailure {
  ErrorClass error{};
  std::optional<int> http_status;  ///< See failure_status().
  std::string host;                ///< Of the link as listed; empty: it has none.
  std::string url;                 ///< As listed, userinfo masked; empty: the item had no link.
  std::string reason;              ///< The record's message.
  bool stood = false;              ///< An earlier run had it, too.
};

/// What a run knows of itself: the one source of all live views. A value; it is a second old at
/// most, unless the disk holds up the ledger's thread, which `as_of` shows.
struct LiveReport {
  Instant began{};
  Instant as_of{};  ///< When it was true; Instant{}: nothing is known yet.

  // Links that have a record. The ledger may commit them up to half a second later.
  std::uint64_t saved = 0;
  std::uint64_t kept = 0;
  std::uint64_t skipped = 0;
  std::uint64_t failed = 0;
  std::uint64_t failed_before = 0;  ///< Of `failed`, those that an earlier run had, too.
  std::array<std::uint64_t, kErrorClasses> failed_by_class{};  ///< Of `failed`, by ErrorClass.

  std::uint64_t saved_bytes = 0;     ///< Of the files saved by this run.
  std::uint64_t received_bytes = 0;  ///< Body bytes, in flight too, without the wasted ones.
  std::uint64_t wasted_bytes = 0;    ///< Body bytes of failed tries that no part file keeps.
  double links_per_second = 0;       ///< Of links that were asked for; over about 5 s.
  double bytes_per_second = 0;       ///< Of received_bytes; over about 5 s.

  std::optional<std::uint64_t> total;  ///< Links of the list; nullopt: it is still being read.
  /// What received_bytes will be at the end; only of a run of few large files, whose sizes are
  /// known as far as they are in flight.
  std::optional<std::uint64_t> total_bytes;
  bool total_bytes_exact = false;     ///< Else it is an estimate.
  std::optional<Duration> time_left;  ///< nullopt: no estimate, or nothing is left.

  std::uint64_t in_flight = 0;  ///< Links that are with a worker now.
  std::uint64_t held = 0;       ///< Links that were taken up and are not finished; these included.
  /// Hosts that have links, of which none may start within a second: the host asked for a pause,
  /// is in trouble, or is over its --rate.
  std::uint64_t hosts_waiting = 0;
  Duration longest_wait{};             ///< Of these hosts, from `as_of` on.
  bool everything_waits = false;       ///< There are such hosts, and no link is in flight.
  std::string paused;                  ///< `paused until 18:00`; empty: the run is not.
  std::optional<std::uint64_t> nodes;  ///< Of a fleet, for its driver, that are there.

  std::vector<LiveFailure> last_failures;  ///< The newest one last; see RunReport::live().

  [[nodiscard]] std::uint64_t settled() const { return saved + kept + skipped + failed; }
};

/// `45 of 91 done, 2 failed, 4.0 MiB, 9.0/s, 1.0 MiB/s, 5s left`, or `…, waiting for 3 hosts
/// (longest 1h12m)` if everything waits, or `…, paused until 18:00`; of a fleet's driver with
/// `3 nodes` before that. One line without newline, for people; plain progress and status lines are
/// this one.
[[nodiscard]] std::string status_line(const LiveReport& live);
/// `4.0 MiB`; of a run of few large files `1.2 GiB of 4.8 GiB`, with `~` before an estimate and
/// `of` as given.
[[nodiscard]] std::string bytes_text(const LiveReport& live, std::string_view of = " of ");
/// `3 nodes`; empty: there is no fleet, or it is not known yet.
[[nodiscard]] std::string nodes_text(const LiveReport& live);
/// `waiting for 3 hosts (longest 1h12m)`.
[[nodiscard]] std::string waiting_text(const LiveReport& live);

/// The last failures of a run, in bounded memory. Adding one allocates nothing in the long run.
class LastFailures {
 public:
  /// As many are remembered.
  static constexpr std::size_t kMost = 64;

  /// REQUIRES: the record is of a failure, and has a class.
  void add(const Record& record);
  /// The newest `most` of them, the newest last.
  [[nodiscard]] std::vector<LiveFailure> last(std::size_t most) const;

 private:
  std::deque<LiveFailure> ring_;  // with texts as they came
};

}  // namespace fanfetch
