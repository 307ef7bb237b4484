#include "coordinator/fleet/run/result_reader.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "coordinator/fleet/entry_id.h"
#include "coordinator/fleet/result_entry.h"
#include "coordinator/fleet/run/fleet_desk.h"
#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

constexpr std::size_t kResultsOfARead = 500;
/// Results with the ledger; more wait in Redis.
constexpr std::size_t kMostSettling = 4 * kResultsOfARead;
/// How long after an answer Redis is asked again: longer each time that there was nothing.
constexpr std::chrono::milliseconds kFirstWait{4}, kLongestWait{64};

}  // namespace

ResultReader::ResultReader(const std::string& prefix, LinkSender& sender)
    : stream_(prefix + "res"), sender_(sender) {}

ResultReader::~ResultReader() {
  if (loop_ == nullptr) return;
  loop_->unwatch(done_.filled_fd());
  cancel_timer(*loop_, read_timer_);
}

void ResultReader::start(EventLoop& loop, FleetLine& line, Events events) {
  loop_ = &loop;
  line_ = &line;
  events_ = std::move(events);
  loop.watch(done_.filled_fd(), EPOLLIN, [this](std::uint32_t) { take_done(); });
}

// --- From Redis to the ledger ---

void ResultReader::on_up() {
  is_reading_ = false;
  wait_ = kFirstWait;
  last_read_.clear();
  read_in(Duration(0));
}

void ResultReader::read_in(Duration wait) {
  if (is_reading_ || is_stopped_) return;
  cancel_timer(*loop_, read_timer_);
  read_timer_ = loop_->call_at(loop_->now() + wait, [this] {
    read_timer_.reset();
    read();
  });
}

void ResultReader::ask_for_last() {
  is_reading_ = line_->send({"XREVRANGE", stream_, "+", "-", "COUNT", "1"},
                            [this](const RedisAnswer& answer) {
                              is_reading_ = false;
                              if (answer.is_good()) {
                                const auto& entries = answer.reply.elements;
                                last_early_ = entries.empty() ? "" : entries[0].text_at(0);
                                return read_in(Duration(0));
                              }
                              if (answer.fate != RedisAnswer::Fate::refused) return;
                              line_->tell(answer.trouble);
                              read_in(kAskAgain);
                            });
  if (!is_reading_) read_in(kAskAgain);  // too much waits to be sent
}

void ResultReader::read() {
  if (is_reading_ || is_stopped_ || !line_->is_up()) return;
  if (!last_early_) return ask_for_last();
  if (settling_ >= kMostSettling) return read_in(kFirstWait);
  // The clock that numbers entries may have been set back, or a new stream may have begun.
  if (settling_ == 0 && early_.size() == 0 && acknowledging_ == 0 && to_acknowledge_.empty()) {
    last_read_.clear();
  }
  is_reading_ = line_->send({"XRANGE", stream_, last_read_.empty() ? "-" : "(" + last_read_, "+",
                             "COUNT", std::to_string(kResultsOfARead)},
                            [this](const RedisAnswer& answer) {
                              is_reading_ = false;
                              if (answer.is_good()) return on_read(answer.reply);
                              if (answer.fate != RedisAnswer::Fate::refused) return;
                              line_->tell(answer.trouble);
                              read_in(kAskAgain);
                            });
  if (!is_reading_) read_in(kAskAgain);  // too much waits to be sent
}

void ResultReader::on_read(const RedisReply& reply) {
  if (is_stopped_) return;
  for (const RedisReply& entry : reply.elements) take(entry);
  if (reply.elements.size() == kResultsOfARead) return read_in(Duration(0));
  wait_ = reply.elements.empty() ? std::min<Duration>(2 * wait_, kLongestWait) : kFirstWait;
  read_in(wait_);
}

void ResultReader::take(const RedisReply& entry) {
  if (entry.elements.size() != 2) return;
  const std::string& id = entry.elements[0].text;
  if (id.empty()) return;
  last_read_ = id;
  const FleetFields fields = fields_of(entry.elements[1]);
  auto decoded = decode_result(fields);
  if (!decoded) {
    to_acknowledge_.push_back(id);
    if (bad_results_++ == 0) {
      events_.on_notice(fmt::format("the fleet's Redis holds something that is no result: {}",
                                    decoded.error().message));
    }
    return;
  }
  if (const auto early = settling_early_.find(decoded->id); early != settling_early_.end()) {
    if (early->second != id) to_acknowledge_.push_back(id);
    return;
  }
  auto answer = sender_.on_result(decoded->id, id);
  const bool is_early = !answer.is_known && !list_is_read_ && !is_before(*last_early_, id) &&
                        early_.add(decoded->id, {.entry = id, .fields = to_bytes(fields)});
  if (!answer.is_needed && !is_early) to_acknowledge_.push_back(id);
  // What belongs to no link of this driver is no sign that its job is well.
  has_news_ = has_news_ || answer.is_known;
  if (answer.link) settle(std::move(*answer.link), std::move(*decoded));
}

bool ResultReader::settle_early(Link& link) {
  const LinkId id = link_id(link.hash);
  auto early = early_.take(id);
  if (!early) return false;
  const auto fields = fields_from_bytes(early->fields);
  auto decoded = fields ? decode_result(*fields) : fail("it was cut off");
  // It was good when it came. A failure may be recorded already, and this be the next attempt.
  if (!decoded || (decoded->record.status == Status::failed && link.failed_before)) {
    to_acknowledge_.push_back(std::move(early->entry));
    return false;
  }
  settling_early_.emplace(id, std::move(early->entry));
  settle(std::move(link), std::move(*decoded));
  return true;
}

void ResultReader::on_list_end() {
  list_is_read_ = true;
  for (std::string& entry : early_.take_rest()) to_acknowledge_.push_back(std::move(entry));
}

void ResultReader::settle(Link link, ResultEntry result) {
  ++settling_;
  Record record = std::move(result.record);
  record.node = std::move(result.node);
  record.index = link.index;
  record.url = link.listed;
  record.columns = link.columns;
  if (record.status == Status::kept) record.status = Status::saved;  // by the node, earlier
  record.stood = record.status == Status::failed && link.failed_before;
  events_.settle(FetchedElsewhere{.link = std::move(link), .record = std::move(record)});
}

// --- From the ledger, out of Redis ---

/// What the ledger could not take stays in Redis, for the next run.
void ResultReader::take_done() {
  for (const DoneLink& done : done_.take_all()) {
    if (!done.lasts) continue;
    auto entry = on_recorded(done.link);
    if (!entry) continue;
    to_acknowledge_.push_back(std::move(*entry));
    --settling_;
    if (done.record.status == Status::saved) bytes_ += done.record.bytes.value_or(0);
  }
  if (is_stopped_) return;
  sender_.refill();
  sender_.place_held_back();
}

/// Returns what the link's result is called in Redis; nullopt: it has none.
std::optional<std::string> ResultReader::on_recorded(const LinkId& link) {
  if (auto early = settling_early_.extract(link)) return std::move(early.mapped());
  return sender_.on_recorded(link);
}

void ResultReader::acknowledge() {
  while (!to_acknowledge_.empty() && line_->is_up() && loop_->now() >= rests_until_) {
    const std::size_t some = std::min(to_acknowledge_.size(), kResultsOfARead);
    std::vector<std::string> words{"XDEL", stream_};
    const auto end = to_acknowledge_.end();
    words.insert(words.end(), end - static_cast<std::ptrdiff_t>(some), end);
    acknowledging_ += some;
    // Lost on the way, they are read again, and then they are nobody's.
    const bool is_sent = line_->send(words, [this, some, words](const RedisAnswer& answer) {
      acknowledging_ -= some;
      if (answer.fate != RedisAnswer::Fate::refused) return;
      line_->tell(answer.trouble);
      rests_until_ = loop_->now() + kAskAgain;
      to_acknowledge_.insert(to_acknowledge_.end(), words.begin() + 2, words.end());
    });
    if (!is_sent) {
      acknowledging_ -= some;
      return;
    }
    to_acknowledge_.resize(to_acknowledge_.size() - some);
  }
}

}  // namespace fanfetch
