#include "coordinator/fleet/run/result_sender.h"

#include <sys/epoll.h>

#include <utility>

#include "coordinator/fleet/result_entry.h"
#include "coordinator/fleet/run/link_scripts.h"
#include "coordinator/fleet/suspects.h"

namespace fanfetch {
namespace {

constexpr std::size_t kMostResultsSending = 800;
/// So often a link is tried on a machine whose disk refuses it.
constexpr unsigned kMostDiskFailures = 3;

}  // namespace

ResultSender::ResultSender(const FleetJob& job, std::string node, HeldLinks& held, Events events)
    : node_(std::move(node)),
      held_(held),
      events_(std::move(events)),
      queue_(job, scripts::kReport, kMostResultsSending,
             [this](auto taken, const RedisReply& ids) { on_put(taken, ids); }),
      again_(job, scripts::kReportAgain, kMostResultsSending,
             [this](auto taken, const RedisReply& ids) { on_put(taken, ids); }),
      buried_(job, scripts::kBury, kMostResultsSending,
              [this](auto taken, const RedisReply&) { events_.on_answer(!taken.empty()); }),
      acquitted_(job, scripts::kAcquit, kMostResultsSending,
                 [this](auto, const RedisReply&) { events_.on_answer(false); }) {}

ResultSender::~ResultSender() {
  if (loop_ != nullptr) loop_->unwatch(done_.filled_fd());
}

void ResultSender::start(EventLoop& loop, FleetLine& line, const LeaseKeeper& keeper) {
  loop_ = &loop;
  keeper_ = &keeper;
  queue_.start(loop, line);
  again_.start(loop, line);
  buried_.start(loop, line);
  acquitted_.start(loop, line);
  loop.watch(done_.filled_fd(), EPOLLIN, [this](std::uint32_t) { take_done(); });
}

void ResultSender::on_planned(const Record& record) {
  const auto url = parse_url(record.url.value_or(""));
  if (url) on_done(link_id(identity_of(*url)), record, true);
}

void ResultSender::take_done() {
  for (const DoneLink& done : done_.take_all()) take(done);
}

/// Whether what is recorded of the link is this machine's trouble, so that it is to be tried again.
bool ResultSender::says_nothing(const DoneLink& done) {
  const Record& record = done.record;
  if (!done.lasts || record.handed_over || record.error == ErrorClass::duplicate) return true;
  if (record.error == ErrorClass::disk && ++disk_failures_[done.link] < kMostDiskFailures) {
    return true;
  }
  disk_failures_.erase(done.link);
  return false;
}

void ResultSender::take(const DoneLink& done) {
  const Record& record = done.record;
  const bool is_nothing = says_nothing(done);
  auto place = held_.take(done.link);
  if (!place) return;
  if (is_nothing) return events_.on_lost(place->partition);
  // A file is a file, whoever has the host by now. That there is none is for its owner to say.
  const bool has_file = record.status == Status::saved || record.status == Status::kept;
  if (!has_file && place->take != keeper_->take(place->partition)) {
    return events_.on_lost(place->partition);
  }
  ResultEntry entry{.id = done.link, .node = node_, .record = record};
  entry.record.index = place->index;
  queue_.push({.partition = place->partition,
               .replaces = std::move(place->entry),
               .token = has_file ? "-" : keeper_->token(place->partition),
               .fields = encode(entry)});
}

/// `ids`: of the results, in turn; empty: it was not put.
void ResultSender::on_put(std::span<EntryQueue::Entry> taken, const RedisReply& ids) {
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const std::string_view id = ids.text_at(i);
    if (id.empty()) continue;
    unrecorded_.add({.id = std::string(id),
                     .partition = taken[i].partition,
                     .link = std::move(taken[i].replaces),
                     .fields = to_bytes(taken[i].fields),
                     .has_file = has_file(taken[i].fields)});
  }
  events_.on_answer(!taken.empty());
}

void ResultSender::send_again(Again which) {
  for (auto& result : which == Again::all ? unrecorded_.take_all() : unrecorded_.take_files()) {
    again_.push({.partition = result.partition,
                 .replaces = std::move(result.link),
                 .token = std::move(result.id),
                 .fields = fields_from_bytes(result.fields).value_or(FleetFields())});
  }
}

void ResultSender::bury(const Link& link, unsigned partition, std::string entry, unsigned gone) {
  ResultEntry result{.id = link_id(link.hash), .node = node_, .record = {}};
  result.record.index = link.index;
  result.record.url = link.listed;
  result.record.status = Status::failed;
  result.record.error = ErrorClass::crashed_worker;
  result.record.retryable = true;
  result.record.message = gone_nodes(gone);
  buried_.push({.partition = partition,
                .replaces = std::move(entry),
                .token = keeper_->token(partition),
                .fields = encode(result)});
}

void ResultSender::acquit(unsigned partition) {
  for (std::string& entry : held_.entries_of(partition)) {
    acquitted_.push({.partition = partition,
                     .replaces = std::move(entry),
                     .token = keeper_->me(),
                     .fields = {}});
  }
  acquitted_.flush();  // before the partition is handed back
}

}  // namespace fanfetch
