#pragma once

#include <functional>
#include <string>

#include "common/event_loop.h"
#include "coordinator/dispatch/workers.h"
#include "coordinator/pool/worker_pool.h"

namespace fanfetch {

/// The real Workers: jobs go to a WorkerPool, and its payloads come back as outcomes.
/// Thread: the loop's, which has to be main's.
class PoolWorkers final : public Workers {
 public:
  /// `jobs`: transfers in parallel, shared out over `workers`. REQUIRES: 1 ≤ workers ≤ jobs. Lends
  /// `loop`.
  PoolWorkers(EventLoop& loop, WorkerProgram program, unsigned workers, unsigned jobs,
              WorkerEvents events);

  [[nodiscard]] Result<> start() override { return pool_.start(); }
  [[nodiscard]] bool has_room() const override { return pool_.has_room(); }
  [[nodiscard]] bool fits(const std::string& host) const override { return pool_.fits(host); }
  [[nodiscard]] Result<> submit(const Job& job, TaskId task, const std::string& host) override;
  [[nodiscard]] Result<bool> submit_alone(const Job& job, TaskId task,
                                          const std::string& host) override;
  void reserve(bool wanted) override { pool_.reserve(wanted); }
  void wake() override { pool_.wake_workers(); }
  void stop(std::function<void()> gone) override { pool_.stop(std::move(gone)); }
  void cut() override { pool_.cut(); }
  void kill_all() override { pool_.kill_all(); }
  [[nodiscard]] std::uint64_t in_flight() const override { return pool_.in_flight(); }
  [[nodiscard]] std::uint64_t bytes_in() const override { return pool_.bytes_in(); }

 private:
  WorkerPool pool_;
};

}  // namespace fanfetch
