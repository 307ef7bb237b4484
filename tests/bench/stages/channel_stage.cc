// A job's way to a worker and its outcome's way back, through both ends of a channel.

#include <fcntl.h>
#include <fmt/format.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/event_loop.h"
#include "common/job.h"
#include "common/unique_fd.h"
#include "coordinator/pool/coordinator_channel.h"
#include "tests/bench/stages/stage.h"
#include "worker/worker_channel.h"

namespace fanfetch::bench {
namespace {

using namespace std::chrono_literals;

/// How many go together, as in a turn of the loop.
constexpr std::uint64_t kTurn = 16;

UniqueFd copy(int fd) { return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

Job job_of(std::uint64_t number) {
  return {.url = "http://img.example.org/album/" + file_name(number),
          .part_name = fmt::format("{:064x}", number),
          .user_agent = "fanfetch/0.1.0",
          .connect_host = "img.example.org",
          .connect_port = 80,
          .addresses = {"192.0.2.1"},
          .earlier_part = EarlierPart::none,
          .link_extension = "jpg",
          .timeout = 1h,
          .connect_timeout = 15s,
          .stall_timeout = 30s,
          .min_speed = 1024,
          .max_size = 1 << 30};
}

class ChannelStage final : public Stage {
 public:
  void run(std::uint64_t first, std::uint64_t count) override {
    std::vector<Job> jobs;
    for (std::uint64_t next = first; next < first + count;) {
      jobs.clear();
      while (jobs.size() < kTurn && next < first + count) jobs.push_back(job_of(next++));
      std::uint64_t back = 0;
      counted([&] { back = turn(jobs); });
      if (back != jobs.size()) leave("not all jobs came back");
    }
  }

 private:
  /// Returns how many came back saved.
  std::uint64_t turn(const std::vector<Job>& jobs) {
    TaskId task = 0;
    for (const Job& job : jobs) {
      if (!coordinator_.submit([&](std::span<std::byte> to) { return encode(job, to); },
                               {++task})) {
        leave("a job does not fit");
      }
    }
    coordinator_.wake_worker();
    drain_eventfd(worker_.submitted_fd());
    while (const auto taken = worker_.take()) {
      worker_.finish(taken->use,
                     {Saved{.response = {.http_status = 200,
                                         .content_type = "image/jpeg",
                                         .etag = "\"5f3c61b2-2800\"",
                                         .last_modified = "Sat, 21 Nov 2026 09:00:00 GMT"},
                            .bytes = 10'240,
                            .sha256 = Sha256Digest{1, 2, 3}},
                      1,
                      {.first_byte = 4ms}});
    }
    worker_.wake_coordinator();
    drain_eventfd(coordinator_.completed_fd());
    std::uint64_t saved = 0;
    const Integrity integrity =
        coordinator_.drain([&](const auto&, std::span<const std::byte> bytes) {
          const auto report = decode_report(bytes);
          saved += report && std::holds_alternative<Saved>(report->outcome);
          return report ? Integrity::sound : Integrity::corrupt;
        });
    return integrity == Integrity::sound ? saved : 0;
  }

  CoordinatorChannel coordinator_ = CoordinatorChannel::create(kTurn).value();
  WorkerChannel worker_ =
      WorkerChannel::attach(copy(coordinator_.region_fd()), copy(coordinator_.submitted_fd()),
                            copy(coordinator_.completed_fd()))
          .value();
};

}  // namespace

std::unique_ptr<Stage> make_stage(std::string_view) { return std::make_unique<ChannelStage>(); }

}  // namespace fanfetch::bench
