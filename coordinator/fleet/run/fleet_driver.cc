#include "coordinator/fleet/run/fleet_driver.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "coordinator/fleet/fleet_partitions.h"
#include "coordinator/fleet/link_entry.h"
#include "coordinator/fleet/result_entry.h"
#include "coordinator/fleet/run/fleet_desk.h"
#include "coordinator/fleet/run/fleet_scripts.h"
#include "coordinator/names/path_text.h"
#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kTakenAtOnce = 512;
constexpr std::size_t kLinksOfAScript = 200;
constexpr std::size_t kMostSending = 20 * kLinksOfAScript;
constexpr std::size_t kResultsOfARead = 500;
/// Results with the ledger; more wait in Redis.
constexpr std::size_t kMostSettling = 4 * kResultsOfARead;
constexpr milliseconds kReadEvery{40};
constexpr milliseconds kLookEvery{1000};
/// Of a parked link, beyond what travels.
constexpr std::string_view kColumns = "columns";

}  // namespace

FleetDriver::FleetDriver(FleetAccess access, FleetJob job, LinkSpool spool, Settings settings)
    : access_(std::move(access)),
      job_(std::move(job)),
      prefix_(key_prefix(job_.name)),
      settings_(std::move(settings)),
      workers_(*this),
      window_(job_.partitions, {}),
      spool_(std::move(spool)) {}

FleetDriver::~FleetDriver() {
  if (loop_ == nullptr) return;
  loop_->unwatch(done_.filled_fd());
  for (auto* timer : {&read_timer_, &look_timer_, &again_timer_, &end_timer_})
    cancel_timer(*loop_, *timer);
}

void FleetDriver::start(EventLoop& loop, Events events) {
  loop_ = &loop;
  events_ = std::move(events);
  line_.emplace(
      loop, access_,
      FleetLine::Events{.on_up = [this] { on_up(); },
                        .on_down = nullptr,
                        .on_gone = [this](std::string why, bool) { on_gone(std::move(why)); },
                        .on_notice = events_.on_notice});
  loop.watch(done_.filled_fd(), EPOLLIN, [this](std::uint32_t) { take_done(); });
  line_->start();
}

void FleetDriver::on_up() {
  if (closed_) return say_end();
  is_reading_ = false;
  last_read_.clear();
  read_in(Duration(0));
  cancel_timer(*loop_, look_timer_);
  look_timer_ = loop_->call_at(loop_->now() + kLookEvery, [this] {
    look_timer_.reset();
    look();
  });
}

void FleetDriver::on_gone(std::string why) { events_.on_gone(std::move(why)); }

void FleetDriver::set_state(FleetJob::State state) {
  job_.state = state;
  (void)line_->send({"HSET", prefix_ + "job", "state", std::string(name(state))},
                    [](const RedisAnswer&) {});  // a look mends it
}

// --- Out: from the reader to the streams ---

std::size_t FleetDriver::size() const {
  return window_.outstanding() + window_.parked() + held_back_.size();
}

std::size_t FleetDriver::room() const { return held_back_.empty() ? kTakenAtOnce : 0; }

void FleetDriver::add(Link link) {
  ++added_;
  if (!held_back_.empty() || !place(link)) held_back_.push_back(std::move(link));
}

void FleetDriver::place_held_back() {
  while (!held_back_.empty() && place(held_back_.front())) held_back_.pop_front();
}

/// False: there is no room, and `link` is as it was.
bool FleetDriver::place(Link& link) {
  auto fields = encode(LinkEntry{.link = link, .attempts = settings_.attempts, .headers = {}});
  if (!fields) {
    refuse(std::move(link), std::move(fields.error().message));
    return true;
  }
  const unsigned partition = partition_of(link.url.origin(), job_.partitions);
  switch (window_.on_link(partition, spool_.has_room())) {
    case FleetWindow::Way::send: send(std::move(link), partition, std::move(*fields)); break;
    case FleetWindow::Way::park: return park(link, partition, std::move(*fields));
    case FleetWindow::Way::wait: return false;
  }
  return true;
}

void FleetDriver::refuse(Link link, std::string why) {
  Record record;
  record.index = link.index;
  record.url = link.listed;
  record.error = ErrorClass::refused;
  record.retryable = false;
  record.message = std::move(why);
  record.columns = link.columns;
  record.stood = link.failed_before;
  events_.settle(FetchedElsewhere{.link = std::move(link), .record = std::move(record)});
}

void FleetDriver::send(Link link, unsigned partition, FleetFields fields) {
  to_send_.push_back({.partition = partition, .fields = std::move(fields)});
  const LinkId id = link_id(link.hash);
  outstanding_.insert_or_assign(
      id, Outstanding{.link = PackedLink(std::move(link)), .partition = partition, .result = {}});
}

/// False: the disk refused it, and may take it later.
bool FleetDriver::park(const Link& link, unsigned partition, FleetFields fields) {
  if (link.columns) fields.emplace_back(kColumns, *link.columns);
  const auto parked = spool_.park(partition, to_bytes(fields));
  if (parked) return true;
  window_.not_parked(partition);
  if (loop_->now() >= next_spool_word_) {
    next_spool_word_ = loop_->now() + kTellEvery;
    events_.on_notice(parked.error().message + "; the list is read on when links are done");
  }
  return false;
}

void FleetDriver::refill() {
  while (const auto some = window_.refill()) {
    for (unsigned i = 0; i < some->count; ++i) unpark(some->partition);
  }
}

void FleetDriver::unpark(unsigned partition) {
  const auto bytes = spool_.take(partition);
  if (!bytes) return on_gone(bytes.error().message);
  auto fields = fields_from_bytes(*bytes);
  std::shared_ptr<const std::string> columns;
  if (fields && !fields->empty() && fields->back().first == kColumns) {
    columns = std::make_shared<const std::string>(std::move(fields->back().second));
    fields->pop_back();
  }
  auto entry = fields ? decode_link(*fields) : fail("it was cut off");
  if (!entry) return on_gone("the spool beside the ledger was damaged: " + entry.error().message);
  Link& link = entry->link;
  link.name_key = name_key(link.name);
  link.columns = std::move(columns);
  send(std::move(link), partition, std::move(*fields));
}

void FleetDriver::send_some() {
  while (!to_send_.empty() && sending_ < kMostSending && !again_timer_ && line_->is_up()) {
    auto sent = std::make_shared<std::vector<ToSend>>();
    std::vector<std::string> arguments{prefix_};
    while (!to_send_.empty() && sent->size() < kLinksOfAScript) {
      ToSend& one = sent->emplace_back(std::move(to_send_.front()));
      to_send_.pop_front();
      arguments.insert(arguments.end(),
                       {std::to_string(one.partition), std::to_string(2 * one.fields.size())});
      for (const auto& [field, value] : one.fields) {
        arguments.push_back(field);
        arguments.push_back(value);
      }
    }
    const auto again = [this, sent] {
      for (auto one = sent->rbegin(); one != sent->rend(); ++one) {
        to_send_.push_front(std::move(*one));
      }
    };
    sending_ += sent->size();
    const auto on_answer = [this, sent, again](const RedisAnswer& answer) {
      sending_ -= sent->size();
      if (answer.is_good()) return;
      again();  // what Redis gets twice is fetched once
      if (answer.fate != RedisAnswer::Fate::refused) return;
      line_->tell(answer.trouble);
      if (!again_timer_) {
        again_timer_ = loop_->call_at(loop_->now() + kAskAgain, [this] { again_timer_.reset(); });
      }
    };
    if (!line_->run(scripts::kSend, std::move(arguments), on_answer)) {
      sending_ -= sent->size();
      return again();
    }
  }
}

// --- Back: from the results to the ledger ---

void FleetDriver::read_in(Duration wait) {
  if (is_reading_ || is_cut_off_) return;
  cancel_timer(*loop_, read_timer_);
  read_timer_ = loop_->call_at(loop_->now() + wait, [this] {
    read_timer_.reset();
    read();
  });
}

void FleetDriver::read() {
  if (is_reading_ || is_cut_off_ || !line_->is_up()) return;
  if (settling_ >= kMostSettling) return read_in(kReadEvery);
  // The clock that numbers entries may have been set back, or a new stream may have begun.
  if (settling_ == 0 && acknowledging_ == 0 && to_acknowledge_.empty()) last_read_.clear();
  is_reading_ = line_->send({"XRANGE", prefix_ + "res", last_read_.empty() ? "-" : "(" + last_read_,
                             "+", "COUNT", std::to_string(kResultsOfARead)},
                            [this](const RedisAnswer& answer) {
                              is_reading_ = false;
                              if (answer.is_good()) return on_read(answer.reply);
                              if (answer.fate != RedisAnswer::Fate::refused) return;
                              line_->tell(answer.trouble);
                              read_in(kAskAgain);
                            });
}

void FleetDriver::on_read(const RedisReply& reply) {
  if (is_cut_off_) return;
  for (const RedisReply& entry : reply.elements) take(entry);
  read_in(reply.elements.size() < kResultsOfARead ? Duration(kReadEvery) : Duration(0));
}

void FleetDriver::take(const RedisReply& entry) {
  if (entry.elements.size() != 2) return;
  const std::string& id = entry.elements[0].text;
  last_read_ = id;
  has_news_ = true;
  auto decoded = decode_result(fields_of(entry.elements[1]));
  if (!decoded) {
    to_acknowledge_.push_back(id);
    if (bad_results_++ == 0) {
      events_.on_notice(fmt::format("the fleet's Redis holds something that is no result: {}",
                                    decoded.error().message));
    }
    return;
  }
  const auto found = outstanding_.find(decoded->id);
  const bool is_wanted = found != outstanding_.end() && found->second.result.empty();
  if (!is_wanted) {
    const bool is_same = found != outstanding_.end() && found->second.result == id;
    if (!is_same) to_acknowledge_.push_back(id);  // its link has one already
    return;
  }
  found->second.result = id;
  ++settling_;
  Link link = std::move(found->second.link).unpack();
  Record record = std::move(decoded->record);
  record.index = link.index;
  record.url = link.listed;
  record.columns = link.columns;
  if (record.status == Status::kept) record.status = Status::saved;  // by the node, earlier
  record.stood = record.status == Status::failed && link.failed_before;
  events_.settle(FetchedElsewhere{.link = std::move(link), .record = std::move(record)});
}

void FleetDriver::on_done(const LinkId& link, const Record& record, bool lasts) {
  done_.push({.link = link, .record = record, .lasts = lasts});
}

/// What the ledger could not take stays in Redis, for the next run.
void FleetDriver::take_done() {
  for (const DoneLink& done : done_.take_all()) {
    const auto found = outstanding_.find(done.link);
    if (found == outstanding_.end() || found->second.result.empty() || !done.lasts) continue;
    to_acknowledge_.push_back(std::move(found->second.result));
    window_.on_result(found->second.partition);
    outstanding_.erase(found);
    --settling_;
    if (done.record.status == Status::saved) bytes_ += done.record.bytes.value_or(0);
  }
  refill();
  place_held_back();
}

void FleetDriver::acknowledge_some() {
  while (!to_acknowledge_.empty() && line_->is_up()) {
    const std::size_t some = std::min(to_acknowledge_.size(), kResultsOfARead);
    std::vector<std::string> words{"XDEL", prefix_ + "res"};
    const auto end = to_acknowledge_.end();
    words.insert(words.end(), end - static_cast<std::ptrdiff_t>(some), end);
    acknowledging_ += some;
    // Lost on the way, they are read again, and then they are nobody's.
    if (!line_->send(words, [this, some](const RedisAnswer&) { acknowledging_ -= some; })) {
      acknowledging_ -= some;
      return;
    }
    to_acknowledge_.resize(to_acknowledge_.size() - some);
  }
}

void FleetDriver::flush() {
  if (!line_) return;
  acknowledge_some();
  if (!is_cut_off_) send_some();
}

// --- What Redis has lost ---

void FleetDriver::look() {
  if (is_cut_off_ || is_closing_) return;
  look_timer_ = loop_->call_at(loop_->now() + kLookEvery, [this] {
    look_timer_.reset();
    if (line_->is_up()) look();
  });
  if (std::exchange(has_news_, false)) return;  // nothing of importance can be lost
  (void)line_->run(scripts::kCount,
                   {prefix_, std::to_string(job_.partitions), script_time(job_.rules.lease)},
                   [this](const RedisAnswer& answer) {
                     if (answer.is_good()) return on_look(answer.reply);
                     if (answer.fate == RedisAnswer::Fate::refused) line_->tell(answer.trouble);
                   });
}

void FleetDriver::on_look(const RedisReply& reply) {
  if (reply.elements.size() != 4 || is_cut_off_) return;
  if (reply.elements[3].integer == 0) begin_again();
  const FleetWindow::Carried carried{
      .links = static_cast<std::uint64_t>(reply.elements[0].integer),
      .results = static_cast<std::uint64_t>(reply.elements[1].integer),
      .sending = static_cast<unsigned>(to_send_.size() + sending_)};
  if (window_.has_lost(carried)) send_all_again();
  if (reply.elements[2].integer == 0 && window_.outstanding() > 0 && loop_->now() >= next_word_) {
    next_word_ = loop_->now() + kTellEvery;
    events_.on_notice(fmt::format("job '{}' waits for nodes: fanfetch node --fleet {} -o DIR",
                                  job_.name, to_text(access_.address)));
  }
}

/// All of Redis' data are gone, or the job was removed. Nobody's leases are known any more, so the
/// nodes wait for them to end.
void FleetDriver::begin_again() {
  (void)line_->run(scripts::kBegin,
                   {prefix_, job_.name, job_.id, settings_.where, std::string(kFleetProtocol),
                    std::to_string(job_.partitions), script_time(job_.rules.lease),
                    script_time(job_.rules.stop), options_to_bytes(job_.options), "0", ""},
                   [this](const RedisAnswer& answer) {
                     if (!answer.is_good()) return;
                     events_.on_notice(
                         "the fleet's Redis has lost its data: what had no result "
                         "is sent again");
                     set_state(job_.state);
                   });
}

void FleetDriver::send_all_again() {
  for (auto& [id, one] : outstanding_) {
    if (!one.result.empty()) continue;
    Link link = std::move(one.link).unpack();
    auto fields = encode(
        LinkEntry{.link = link, .attempts = settings_.attempts, .sent = ++one.sent, .headers = {}});
    one.link = PackedLink(std::move(link));
    if (fields) to_send_.push_back({.partition = one.partition, .fields = std::move(*fields)});
  }
}

// --- The end ---

void FleetDriver::finish(End end, Duration limit, std::function<void()> closed) {
  take_done();
  is_cut_off_ = true;
  closed_ = std::move(closed);
  end_timer_ = loop_->call_at(std::chrono::steady_clock::now() + limit, [this] {
    end_timer_.reset();
    if (auto call = std::exchange(closed_, nullptr)) call();
  });
  end_ = end;
  if (line_->is_up() || line_->is_gone()) say_end();
}

/// Waits for the line if it has to: nodes wait for that word.
void FleetDriver::say_end() {
  if (is_closing_) return;
  acknowledge_some();
  if (end_ == End::whole) {
    (void)line_->run(scripts::kWipe, {prefix_, std::to_string(job_.partitions)},
                     [](const RedisAnswer&) {});
    (void)line_->send({"UNLINK", prefix_ + "res"}, [](const RedisAnswer&) {});
    set_state(FleetJob::State::done);
  } else if (end_ == End::stopped) {
    set_state(FleetJob::State::stopped);
  }
  is_closing_ = true;
  cancel_timer(*loop_, end_timer_);
  line_->finish(std::chrono::seconds(2), std::exchange(closed_, nullptr));
}

}  // namespace fanfetch
