#include "tests/bench/stages/other_ends.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <span>

#include "common/event_loop.h"
#include "common/job.h"
#include "coordinator/pool/coordinator_channel.h"
#include "tests/bench/stages/loopback_server.h"
#include "tests/bench/stages/stage.h"

namespace fanfetch::bench {
namespace {

constexpr std::size_t kBytes = 10'240;

UniqueFd copy(int fd) { return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

void await(int fd) {
  pollfd one{.fd = fd, .events = POLLIN, .revents = 0};
  if (::poll(&one, 1, -1) != 1) leave("poll");
}

}  // namespace

struct OtherEnds::All {
  /// One file.
  void one(std::uint64_t number) {
    const Job job = job_of(number);
    if (!channel.submit([&](std::span<std::byte> to) { return encode(job, to); }, {})) {
      leave("a job does not fit");
    }
    channel.wake_worker();
    do await(server.fd());
    while (!server.has_request());
    while (server.send()) continue;
    while (channel.leases() > 0) take_outcome();
    if (::unlinkat(parts, job.part_name.c_str(), 0) != 0) leave("there is no part");
  }

  [[nodiscard]] Job job_of(std::uint64_t number) const {
    return {.url = fmt::format("http://127.0.0.1:{}/album/{}", server.port(), file_name(number)),
            .part_name = file_name(number),
            .user_agent = "fanfetch/0.1.0",
            .connect_host = "127.0.0.1",
            .connect_port = server.port(),
            .addresses = {"127.0.0.1"},
            .earlier_part = EarlierPart::none,
            .link_extension = "jpg",
            .timeout = std::chrono::hours(1),
            .connect_timeout = std::chrono::seconds(15),
            .stall_timeout = std::chrono::seconds(30),
            .min_speed = 1024,
            .max_size = 1 << 30,
            .hash_content = HashContent::no};
  }

  void take_outcome() {
    await(channel.completed_fd());
    drain_eventfd(channel.completed_fd());
    const Integrity integrity = channel.drain([&](const auto&, std::span<const std::byte> bytes) {
      const auto report = decode_report(bytes);
      const auto* saved = report ? std::get_if<Saved>(&report->outcome) : nullptr;
      return saved && saved->bytes == kBytes ? Integrity::sound : Integrity::corrupt;
    });
    if (integrity != Integrity::sound) leave("a file was not saved");
  }

  int parts;
  LoopbackServer server{kBytes};
  CoordinatorChannel channel = CoordinatorChannel::create(16).value();
};

OtherEnds::OtherEnds(int parts) : all_(new All{.parts = parts}) {}

OtherEnds::~OtherEnds() = default;

UniqueFd OtherEnds::region() const { return copy(all_->channel.region_fd()); }

UniqueFd OtherEnds::submitted() const { return copy(all_->channel.submitted_fd()); }

UniqueFd OtherEnds::completed() const { return copy(all_->channel.completed_fd()); }

void OtherEnds::run(std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t number = first; number < first + count; ++number) all_->one(number);
  all_->channel.stop_worker(Stopping::finish);
}

}  // namespace fanfetch::bench
