#include "coordinator/fleet/run/result_sender.h"

#include <sys/epoll.h>

#include <utility>

#include "coordinator/fleet/result_entry.h"
#include "coordinator/fleet/run/fleet_scripts.h"

namespace fanfetch {
namespace {

constexpr std::size_t kMostResultsSending = 800;

}  // namespace

ResultSender::ResultSender(const std::string& prefix, std::string node, HeldLinks& held,
                           Events events)
    : node_(std::move(node)),
      held_(held),
      events_(std::move(events)),
      queue_(prefix, scripts::kReport, kMostResultsSending, events_.on_answer) {}

ResultSender::~ResultSender() {
  if (loop_ != nullptr) loop_->unwatch(done_.filled_fd());
}

void ResultSender::start(EventLoop& loop, FleetLine& line) {
  loop_ = &loop;
  queue_.start(loop, line);
  loop.watch(done_.filled_fd(), EPOLLIN, [this](std::uint32_t) { take_done(); });
}

void ResultSender::on_planned(const Record& record) {
  const auto url = parse_url(record.url.value_or(""));
  if (url) on_done(link_id(identity_of(*url)), record, true);
}

void ResultSender::take_done() {
  for (const DoneLink& done : done_.take_all()) take(done);
}

void ResultSender::take(const DoneLink& done) {
  const Record& record = done.record;
  const bool was_not_begun = not_begun_.erase(done.link) > 0;
  auto place = held_.take(done.link);
  if (!place) return;
  // What this machine's disk did says nothing of the link.
  if (!done.lasts || record.error == ErrorClass::disk || record.error == ErrorClass::duplicate ||
      was_not_begun) {
    return events_.on_lost(place->partition);
  }
  ResultEntry entry{.id = done.link, .node = node_, .record = record};
  entry.record.index = place->index;
  queue_.push({.partition = place->partition,
               .replaces = std::move(place->entry),
               .fields = encode(entry)});
}

}  // namespace fanfetch
