// What a decision of the scheduler costs, for scripts/bench scheduler. Usage:
//   scheduler_bench [HOSTS [DECISIONS]]
//     DECISIONS (3000000) tasks over HOSTS (100000) hosts in random order, 64 in flight, 32768
//     known at once, 8 workers that take turns, as in a run; with and without a rate for each host
// A decision is a task's whole way: add(), next(), finished().

#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

#include "coordinator/schedule/scheduler.h"

namespace fanfetch {
namespace {

constexpr std::size_t kKnown = 32 * 1024;
constexpr std::size_t kInFlight = 64;
constexpr std::size_t kWorkers = 8;

/// Of the processor: others may keep it busy.
double seconds_used() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double peak_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

std::vector<std::string> make_hosts(std::size_t count) {
  std::vector<std::string> hosts;
  hosts.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    hosts.push_back(fmt::format("https://host-{}.example.org:443", i));
  }
  return hosts;
}

struct Cost {
  double decisions_per_second;
  double most_mib;  // above what there was before
  std::size_t hosts;
};

/// The origins of the next tasks, made shortly before they are added and so in the cache, as the
/// coordinator's are. Making them is not counted.
class Origins {
 public:
  explicit Origins(const std::vector<std::string>& hosts) : hosts_(hosts) {}

  const std::string& next() {
    if (next_ == kBatch) {
      const double start = seconds_used();
      for (auto& origin : batch_) origin = hosts_[random_() % hosts_.size()];
      next_ = 0;
      not_counted_ += seconds_used() - start;
    }
    return batch_[next_++];
  }
  [[nodiscard]] double not_counted() const { return not_counted_; }

 private:
  static constexpr std::size_t kBatch = 128;  // as the reader hands links on

  const std::vector<std::string>& hosts_;
  std::mt19937_64 random_{1};
  std::vector<std::string> batch_ = std::vector<std::string>(kBatch);
  std::size_t next_ = kBatch;
  double not_counted_ = 0;
};

/// One of a hundred answers is a refusal if `some_refuse`: their hosts are paused and remembered.
Cost measure(const std::vector<std::string>& hosts, std::size_t decisions, std::size_t known,
             HostRules rules, bool some_refuse) {
  const double before = peak_mib();
  const HostFeedback good{.kind = HostFeedback::Kind::healthy, .bytes = 10'000};
  const HostFeedback refusal{.kind = HostFeedback::Kind::throttled,
                             .retry_after = std::chrono::seconds(1)};
  Scheduler scheduler(rules, 1);
  Origins origins(hosts);
  std::deque<TaskId> running;
  Instant now{std::chrono::seconds(1000)};
  std::size_t most_hosts = 0;
  TaskId next_id = 0;
  std::size_t done = 0;
  const Scheduler::PlacementAt placement = [&](Scheduler::Worker worker) {
    return worker == done % kWorkers ? Placement::good : Placement::later;
  };
  const double start = seconds_used();
  while (done < decisions) {
    now += std::chrono::microseconds(1);
    while (scheduler.size() + running.size() < known) {
      scheduler.add(++next_id, origins.next(), 16, now);
    }
    std::optional<TaskId> task;
    if (running.size() < kInFlight) task = scheduler.next(now, placement);
    if (task) {
      running.push_back(*task);
    } else if (!running.empty()) {
      ++done;
      scheduler.finished(running.front(), some_refuse && done % 100 == 0 ? refusal : good,
                         static_cast<Scheduler::Worker>(done % kWorkers), now);
      running.pop_front();
    } else {
      now = scheduler.next_due().value();
    }
    most_hosts = std::max(most_hosts, scheduler.hosts());
    while (scheduler.next_given_up()) {
    }
  }
  return {static_cast<double>(done) / (seconds_used() - start - origins.not_counted()),
          peak_mib() - before, most_hosts};
}

void print(const char* what, const Cost& cost) {
  fmt::print("{:<44} {:>6.2f} million decisions a CPU second, {:>6} hosts, +{:.1f} MiB\n", what,
             cost.decisions_per_second / 1e6, cost.hosts, cost.most_mib);
}

int run(std::size_t host_count, std::size_t decisions) {
  const auto hosts = make_hosts(host_count);
  print("as in a run (32768 tasks known)", measure(hosts, decisions, kKnown, {}, false));
  print("the same, 1 % refusals", measure(hosts, decisions, kKnown, {}, true));
  print("the same, --rate 5/s", measure(hosts, decisions, kKnown, {.rate = 5}, false));
  print("all hosts known at once", measure(hosts, decisions, 4 * host_count, {}, false));
  print("the same, twice as long", measure(hosts, 2 * decisions, 4 * host_count, {}, false));
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace fanfetch

int main(int argc, char** argv) {
  const auto number = [&](int place, std::size_t otherwise) {
    return argc > place ? std::strtoull(argv[place], nullptr, 10) : otherwise;
  };
  return fanfetch::run(number(1, 100'000), number(2, 3'000'000));
}
