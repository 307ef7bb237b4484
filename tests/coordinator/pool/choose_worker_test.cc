#include "coordinator/pool/choose_worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace fanfetch {
namespace {

WorkerLoad busy(std::size_t leases) { return {.leases = leases, .share = 8, .takes_jobs = true}; }
WorkerLoad warm(std::size_t leases) {
  WorkerLoad load = busy(leases);
  load.has_warm = true;
  return load;
}
/// Dying, resting, or kept for a job that runs alone.
WorkerLoad closed(WorkerLoad load) {
  load.takes_jobs = false;
  return load;
}

TEST(ChooseWorker, TakesTheLeastLoadedOrAWarmOneThatIsHardlyBusier) {
  struct Row {
    const char* what;
    std::vector<WorkerLoad> workers;
    std::optional<std::size_t> chosen;
  };
  const Row rows[] = {
      {"none there", {}, std::nullopt},
      {"the least loaded", {busy(3), busy(1), busy(2)}, 1},
      {"the first of equals", {busy(2), busy(2)}, 0},
      {"all full", {busy(8), busy(8)}, std::nullopt},
      {"the only one with room", {busy(8), busy(7)}, 1},
      {"closed ones do not count", {closed(busy(0)), busy(5)}, 1},
      {"all closed", {closed(busy(0)), closed(warm(0))}, std::nullopt},
      {"a quarter of the share more is tolerated", {busy(1), warm(3)}, 1},
      {"but no more than that", {busy(1), warm(4)}, 0},
      {"the less loaded of two warm ones", {busy(1), warm(3), warm(2)}, 2},
      {"a full warm one has no room", {busy(7), warm(8)}, 0},
      {"a closed warm one takes nothing", {busy(2), closed(warm(0))}, 0},
      {"a warm one that is the least loaded", {busy(2), warm(0)}, 1},
  };
  for (const Row& row : rows) EXPECT_EQ(choose_worker(row.workers), row.chosen) << row.what;
}

/// What the scheduler takes for well placed goes to that worker.
TEST(PlacementOf, IsGoodWhereItWouldBeChosenForItsConnection) {
  struct Row {
    const char* what;
    std::vector<WorkerLoad> workers;  // the first one is asked about
    Placement placement;
  };
  const Row rows[] = {
      {"alone", {busy(7)}, Placement::good},
      {"full", {busy(8), busy(7)}, Placement::later},
      {"closed", {closed(busy(0)), busy(7)}, Placement::gone},
      {"the least loaded", {busy(1), busy(2)}, Placement::good},
      {"a quarter of the share more is tolerated", {busy(3), busy(4), busy(1)}, Placement::good},
      {"but no more than that", {busy(4), busy(4), busy(1)}, Placement::later},
      {"one that takes nothing does not count", {busy(4), closed(busy(1))}, Placement::good},
  };
  for (const Row& row : rows) {
    std::size_t least = 8;
    for (const WorkerLoad& load : row.workers) {
      if (load.has_room()) least = std::min(least, load.leases);
    }
    EXPECT_EQ(placement_of(row.workers[0], least), row.placement) << row.what;
    auto workers = row.workers;
    workers[0].has_warm = true;
    EXPECT_EQ(choose_worker(workers) == 0u, row.placement == Placement::good) << row.what;
  }
}

}  // namespace
}  // namespace fanfetch
