// A planned link's way through the loop: its turn, its job, its outcome, and what is handed on.
// Links are of one host whose route is known; workers are not there, and respond at once.

#include <fmt/format.h>

#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/dispatch/dispatcher.h"
#include "tests/bench/stages/stage.h"

namespace fanfetch::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kInFlight = 64;
constexpr std::size_t kKnown = 1024;
/// Outcomes that come together, as in a turn of the loop.
constexpr std::size_t kTurn = 16;

struct InstantWorkers final : Workers {
  Result<> start() override { return {}; }
  bool has_room() const override { return tasks.size() < kInFlight; }
  std::function<Placement(unsigned)> placements() const override {
    return [](unsigned) { return Placement::good; };
  }
  Result<> submit(const Job&, TaskId task, const std::string&) override {
    tasks.push_back(task);
    return {};
  }
  Result<bool> submit_alone(const Job&, TaskId, const std::string&) override { return false; }
  void reserve(bool) override {}
  void wake() override {}
  void stop(std::function<void()> gone) override { gone(); }
  void cut() override {}
  void kill_all() override {}
  std::uint64_t in_flight() const override { return tasks.size(); }
  std::uint64_t bytes_in() const override { return 0; }
  BytesInFlight bytes_in_flight() const override { return {}; }

  std::deque<TaskId> tasks;
};

struct KnownRoutes final : Routes {
  std::optional<Found> find(const Url& url, Instant) override {
    return Route{
        .host = std::string(url.bare_host()), .port = url.port, .addresses = {"192.0.2.1"}};
  }
  void ask(const Url&, Done) override { leave("a route is not known"); }
  bool has_room() const override { return true; }
};

struct HandTimers final : Timers {
  Instant now() const override { return time; }
  WallTime wall_now() const override { return WallTime(time.time_since_epoch()); }
  Key call_at(Instant when, Callback) override {
    due = when;
    return {when, 0};
  }
  void cancel(Key) override { due.reset(); }

  Instant time{1'800'000'000s};
  std::optional<Instant> due;  // there is one at most
};

class DispatchStage final : public Stage {
 public:
  void run(std::uint64_t first, std::uint64_t count) override {
    std::vector<Link> links;
    for (std::uint64_t number = first; number < first + count; ++number) {
      links.push_back(link_of(number));
    }
    finished_ = 0;
    counted([&] {
      for (std::size_t next = 0; finished_ < count;) {
        while (next < count && dispatcher_.size() < kKnown) {
          dispatcher_.add(std::move(links[next++]));
        }
        turn();
      }
    });
  }

 private:
  static Link link_of(std::uint64_t number) {
    Link link{.index = number + 1, .name = file_name(number), .host_limit = kInFlight};
    link.url = parse_url("http://img.example.org/album/" + link.name).value();
    link.listed = link.url.normal;
    link.hash = identity_of(link.url);
    return link;
  }

  void turn() {
    timers_.time += 100us;
    dispatcher_.dispatch();
    if (workers_.tasks.empty()) {
      if (!timers_.due) leave("nothing is due");
      timers_.time = *timers_.due;
    }
    for (std::size_t i = 0; i < kTurn && !workers_.tasks.empty(); ++i) {
      const TaskId task = workers_.tasks.front();
      workers_.tasks.pop_front();
      dispatcher_.on_completion(task,
                                {.outcome = Saved{.response = {.http_status = 200,
                                                               .content_type = "image/jpeg",
                                                               .etag = "\"5f3c61b2-2800\""},
                                                  .bytes = 10'240},
                                 .requests = 1,
                                 .timings = {.first_byte = 4ms}},
                                0);
    }
  }

  std::uint64_t finished_ = 0;
  InstantWorkers workers_;
  KnownRoutes routes_;
  HandTimers timers_;
  Dispatcher dispatcher_{
      {.jobs = {.user_agent = "fanfetch/0.1.0"}},
      workers_,
      routes_,
      timers_,
      {.on_finished = [this](const FinishedLink&) { ++finished_; },
       .on_try_again = [](const Task&, const Failed&, Duration) { leave("an attempt failed"); },
       .held_back = [] { return false; }},
      1};
};

}  // namespace

std::unique_ptr<Stage> make_stage(std::string_view) { return std::make_unique<DispatchStage>(); }

}  // namespace fanfetch::bench
