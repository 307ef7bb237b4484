#pragma once

#include <deque>
#include <functional>
#include <string>

#include "common/event_loop.h"
#include "coordinator/dispatch/workers.h"
#include "coordinator/pool/worker_pool.h"

namespace fanfetch {

/// The real Workers: encodes jobs for a WorkerPool, and decodes what comes back.
/// Thread: the loop's, which has to be main's.
class PoolWorkers final : public Workers {
 public:
  /// As WorkerPool().
  PoolWorkers(EventLoop& loop, WorkerProgram program, const PoolSettings& settings,
              std::deque<StartedWorker> first, WorkerEvents events);

  [[nodiscard]] Result<> start() override { return pool_.start(); }
  [[nodiscard]] bool has_room() const override { return pool_.has_room(); }
  [[nodiscard]] std::function<Placement(unsigned worker)> placements() const override {
    return [this, least = pool_.least_leases()](unsigned worker) {
      return pool_.placement(worker, least);
    };
  }
  [[nodiscard]] Result<> submit(const Job& job, TaskId task, const std::string& host) override;
  [[nodiscard]] Result<bool> submit_alone(const Job& job, TaskId task,
                                          const std::string& host) override;
  void reserve(bool wanted) override { pool_.reserve(wanted); }
  void allow_jobs(unsigned jobs) { pool_.allow_jobs(jobs); }
  void limit_bytes(std::uint64_t bytes_a_second) { pool_.limit_bytes(bytes_a_second); }
  [[nodiscard]] std::vector<WorkerView> views() const { return pool_.views(); }
  void wake() override { pool_.wake_workers(); }
  void stop(std::function<void()> gone) override { pool_.stop(std::move(gone)); }
  void cut() override { pool_.cut(); }
  void kill_all() override { pool_.kill_all(); }
  [[nodiscard]] std::uint64_t in_flight() const override { return pool_.in_flight(); }
  [[nodiscard]] std::uint64_t bytes_in() const override { return pool_.bytes_in(); }
  [[nodiscard]] BytesInFlight bytes_in_flight() const override {
    const auto bytes = pool_.bytes_in_flight();
    return {.jobs = bytes.known, .received = bytes.received, .to_come = bytes.to_come};
  }

 private:
  [[nodiscard]] static HostKey host_key(const std::string& host) {
    return std::hash<std::string>{}(host);
  }

  const decltype(WorkerEvents::on_completion) on_completion_;
  const bool gives_up_;  // jobs, at WorkerEvents::stop_by
  WorkerPool pool_;
};

/// What an attempt with that outcome leaves of its connection: one that was broken off takes it
/// along.
[[nodiscard]] Connection connection_after(const Outcome& outcome);

}  // namespace fanfetch
