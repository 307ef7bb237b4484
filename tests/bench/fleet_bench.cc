// A node of a fleet that fetches nothing, for scripts/bench fleet: each link is saved as soon as it
// is there. What is left is what a fleet itself takes: the driver, Redis, and a node's
// conversation with it. Usage:
//   fleet_bench URL JOB     of Redis, and a job that its driver has begun or is about to
// Ends with its job.

#include <fmt/format.h>
#include <sys/epoll.h>

#include <cstdlib>
#include <string>

#include "common/event_loop.h"
#include "coordinator/fleet/run/fleet_desk.h"
#include "coordinator/fleet/run/fleet_node.h"

namespace fanfetch {
namespace {

[[noreturn]] void leave(const std::string& why) {
  fmt::print(stderr, "fleet_bench: {}\n", why);
  std::exit(EXIT_FAILURE);
}

/// As of a usual picture, so that it is as large on its way.
Record saved(const Link& link) {
  Record record;
  record.index = link.index;
  record.url = link.listed;
  record.status = Status::saved;
  record.file_name = link.name;
  record.bytes = 10'240;
  record.sha256 = link.hash;
  record.http_status = 200;
  record.content_type = "image/jpeg";
  record.etag = "\"5f3c-61b2a4\"";
  record.last_modified = "Wed, 21 Oct 2015 07:28:00 GMT";
  record.attempts = 1;
  record.requests = 1;
  record.started_at = std::chrono::system_clock::now();
  record.times.duration = record.times.first_byte = std::chrono::milliseconds(12);
  return record;
}

class IdleNode {
 public:
  IdleNode(FleetAccess access, FleetJob job)
      : node_(std::move(access), std::move(job), "bench", "0") {}

  void work() {
    loop_.watch(node_.door().filled_fd(), EPOLLIN, [this](std::uint32_t) { take(); });
    node_.start(loop_, {.on_stopped = [this] { loop_.stop(); },
                        .on_paused = [](bool) {},
                        .on_list_over = [] {},
                        .on_set = [](const FleetFields&) {},
                        .on_notice =
                            [](const std::string& text) {
                              fmt::print(stderr, "fleet_bench: {}\n", text);
                            }});
    turn();
    loop_.unwatch(node_.door().filled_fd());
    node_.finish(std::chrono::seconds(5), [this] { loop_.stop(); });
    turn();
  }

 private:
  void turn() {
    loop_.run([this] {
      node_.go_on();
      node_.flush();
    });
  }

  void take() {
    const FleetDoor::Taken taken = node_.door().take_all();
    if (taken.why) leave(taken.why->message);
    for (const ListedItem& item : taken.items) {
      const Link& link = *item.planned;
      const bool may_begin = node_.may_begin(link);
      Record record = saved(link);
      record.handed_over = !may_begin;
      node_.on_done(link_id(link.hash), record, true);
      if (may_begin) node_.on_back(link);
    }
    if (taken.is_closed) loop_.stop();
  }

  EventLoop loop_;
  FleetNode node_;
};

}  // namespace
}  // namespace fanfetch

int main(int argc, char** argv) {
  using namespace fanfetch;
  if (argc != 3) leave("usage: fleet_bench URL JOB");
  auto address = parse_redis_address(argv[1]);
  if (!address) leave(address.error().message);
  FleetAccess access{.address = std::move(*address),
                     .auth = {},
                     .authorities = {},
                     .resolver = {},
                     .max_away = {},
                     .client_name = "fleet_bench"};
  auto job = join_job(access, argv[2], std::chrono::seconds(60), [](const std::string&) {});
  if (!job) leave(job.error().text);
  IdleNode(std::move(access), std::move(*job)).work();
}
