#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/dispatch/routes.h"
#include "coordinator/dispatch/timers.h"
#include "coordinator/dispatch/workers.h"

namespace fanfetch {

/// Time that a test moves by hand.
class FakeTimers final : public Timers {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] WallTime wall_now() const override {
    return WallTime(std::chrono::duration_cast<WallTime::duration>(now_.time_since_epoch()));
  }
  Key call_at(Instant when, Callback callback) override {
    const Key key{when, next_++};
    timers_.emplace(key, std::move(callback));
    return key;
  }
  void cancel(Key key) override { timers_.erase(key); }

  /// Moves time, and calls what has come due on the way, in order.
  void advance(Duration duration) {
    const Instant end = now_ + duration;
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      auto timer = timers_.extract(timers_.begin());
      now_ = std::max(now_, timer.key().first);
      timer.mapped()();
    }
    now_ = end;
  }
  /// From now until the next timer; nullopt: there is none.
  [[nodiscard]] std::optional<Duration> next() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first.first - now_;
  }

 private:
  Instant now_ = Instant(std::chrono::hours(1000));
  std::uint64_t next_ = 0;
  std::map<Key, Callback> timers_;
};

/// Workers that record what they are given, and have as much room as the test says.
struct FakeWorkers final : Workers {
  struct Submitted {
    TaskId task;
    std::string url;
    std::string host;
    bool alone;
    Http2 http2;
    EarlierPart earlier_part;
    std::optional<Sha256Digest> unproved;
    std::vector<std::string> hop_extensions;
  };

  [[nodiscard]] Result<> start() override {
    if (cannot_start) return fail("{}", *cannot_start);
    return {};
  }
  [[nodiscard]] bool has_room() const override { return submitted.size() < room; }
  [[nodiscard]] std::function<Placement(unsigned)> placements() const override { return {}; }
  [[nodiscard]] Result<> submit(const Job& job, TaskId task, const std::string& host) override {
    if (too_large) return fail("too large");
    submitted.push_back({task, job.url, host, false, job.http2, job.earlier_part, job.unproved,
                         job.hop_extensions});
    return {};
  }
  [[nodiscard]] Result<bool> submit_alone(const Job& job, TaskId task,
                                          const std::string& host) override {
    if (too_large) return fail("too large");
    if (!submitted.empty()) return false;
    submitted.push_back(
        {task, job.url, host, true, job.http2, job.earlier_part, job.unproved, job.hop_extensions});
    return true;
  }
  void reserve(bool wanted) override { reserved = wanted; }
  void wake() override { calls.emplace_back("wake"); }
  void stop(std::function<void()> when_gone) override {
    calls.emplace_back("stop");
    gone = std::move(when_gone);
    if (on_stop) on_stop();
  }
  void cut() override { calls.emplace_back("cut"); }
  void kill_all() override { calls.emplace_back("kill"); }
  [[nodiscard]] std::uint64_t in_flight() const override { return submitted.size(); }
  [[nodiscard]] std::uint64_t bytes_in() const override { return received; }
  [[nodiscard]] BytesInFlight bytes_in_flight() const override { return bytes; }

  /// Takes the only job out, as if it were on its way back.
  [[nodiscard]] Submitted take() {
    Submitted first = std::move(submitted.at(0));
    submitted.erase(submitted.begin());
    return first;
  }
  /// How often `call` was made since the last clear of `calls`.
  [[nodiscard]] std::size_t count(const std::string& call) const {
    std::size_t count = 0;
    for (const auto& made : calls) count += made == call ? 1 : 0;
    return count;
  }

  std::size_t room = 4;
  BytesInFlight bytes;
  bool too_large = false;
  std::optional<std::string> cannot_start;
  std::vector<Submitted> submitted;  // and not taken back
  std::uint64_t received = 0;
  bool reserved = false;
  std::vector<std::string> calls;
  std::function<void()> gone;
  std::function<void()> on_stop;  ///< Looks at what else has been called by then.
};

/// Every host is known, unless the test says otherwise.
struct FakeRoutes final : Routes {
  [[nodiscard]] std::optional<Found> find(const Url& url, Instant /*now*/) override {
    if (refused.contains(url.host)) {
      return tl::unexpected(Failed{.error = ErrorClass::refused, .message = "private"});
    }
    if (unknown.contains(url.host)) return std::nullopt;
    return Route{.host = url.host, .port = url.port, .addresses = {"192.0.2.1"}};
  }
  void ask(const Url& url, Done done) override { asked.emplace_back(url.host, std::move(done)); }
  [[nodiscard]] bool has_room() const override { return room; }

  std::set<std::string> refused, unknown;
  std::vector<std::pair<std::string, Done>> asked;
  bool room = true;
};

}  // namespace fanfetch
