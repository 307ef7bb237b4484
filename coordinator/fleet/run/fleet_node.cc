#include "coordinator/fleet/run/fleet_node.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/ascii.h"
#include "common/sha256.h"
#include "coordinator/fleet/fleet_partitions.h"
#include "coordinator/fleet/link_entry.h"
#include "coordinator/fleet/result_entry.h"
#include "coordinator/fleet/run/fleet_desk.h"
#include "coordinator/fleet/run/fleet_scripts.h"
#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

/// Partitions that one script looks at, so that none holds Redis up.
constexpr unsigned kPartitionsOfARead = 256;
/// Links of one partition in one answer.
constexpr std::size_t kLinksOfAPartition = 64;
constexpr std::size_t kResultsOfAReport = 200;
/// Reports on their way; the rest waits for answers.
constexpr std::size_t kMostReporting = 4 * kResultsOfAReport;
/// How long after an answer without links Redis is asked again: longer each time.
constexpr milliseconds kFirstIdle{10}, kLongestIdle{200};
constexpr milliseconds kSweepEvery{20};
constexpr milliseconds kLongestBeat{1000};

}  // namespace

FleetNode::FleetNode(FleetAccess access, FleetJob job, std::string name)
    : access_(std::move(access)),
      job_(std::move(job)),
      name_(std::move(name)),
      prefix_(key_prefix(job_.name)),
      held_(job_.partitions),
      works_(job_.partitions),
      transfers_(job_.partitions),
      cursors_(job_.partitions) {}

FleetNode::~FleetNode() {
  if (loop_ == nullptr) return;
  loop_->unwatch(done_.filled_fd());
  for (auto* timer : {&read_timer_, &beat_timer_, &again_timer_, &report_timer_, &end_timer_}) {
    cancel_timer(*loop_, *timer);
  }
}

void FleetNode::start(EventLoop& loop, Events events) {
  loop_ = &loop;
  events_ = std::move(events);
  line_.emplace(
      loop, access_,
      FleetLine::Events{.on_up = [this] { on_up(); },
                        .on_down = [this] { on_down(); },
                        .on_gone = [this](std::string why, bool) { on_gone(std::move(why)); },
                        .on_notice = events_.on_notice});
  // No other process has that name: not even this machine's next one in the same folder.
  keeper_.emplace(loop, *line_, job_,
                  fmt::format("{}/{}.{:x}", name_, ::getpid(),
                              LeaseKeeper::boot_now().time_since_epoch().count()),
                  LeaseKeeper::Events{.on_work = [this](unsigned one) { on_work(one); },
                                      .on_stop = [this](unsigned one) { on_stop(one); }});
  loop.watch(done_.filled_fd(), EPOLLIN, [this](std::uint32_t) { take_done(); });
  line_->start();
}

unsigned FleetNode::partition_of(const Link& link) const {
  return fanfetch::partition_of(link.url.origin(), job_.partitions);
}

// --- The line, and the job ---

void FleetNode::on_up() {
  is_reading_ = false;
  knows_nodes_ = false;
  cancel_timer(*loop_, beat_timer_);
  beat();
  read_in(Duration(0));
}

void FleetNode::on_down() { keeper_->on_down(); }

void FleetNode::on_gone(std::string why) { end_list(Error{std::move(why)}); }

/// A paused run would not look for the end of its list.
void FleetNode::end_list(std::optional<Error> why) {
  is_over_ = true;
  if (std::exchange(is_paused_, false)) events_.on_paused(false);
  door_.close(std::move(why));
}

void FleetNode::beat() {
  beat_timer_ =
      loop_->call_at(loop_->now() + std::min<Duration>(job_.rules.lease / 6, kLongestBeat), [this] {
        beat_timer_.reset();
        if (line_->is_up()) beat();
      });
  (void)line_->run(scripts::kBeat, {prefix_, script_time(job_.rules.lease), leaves_ ? "" : name_},
                   [this](const RedisAnswer& answer) {
                     if (answer.is_good()) return on_beat(answer.reply);
                     if (answer.fate == RedisAnswer::Fate::refused) line_->tell(answer.trouble);
                   });
}

void FleetNode::on_beat(const RedisReply& reply) {
  if (reply.elements.size() != 2) return;
  std::vector<std::string> nodes;
  for (const RedisReply& one : reply.elements[1].elements) nodes.push_back(one.text);
  keeper_->on_nodes(std::move(nodes), name_);
  // Not before: a first look that does not know what this node's share is would take nothing.
  if (!std::exchange(knows_nodes_, true)) keeper_->on_up();
  follow_job(fields_of(reply.elements[0]));
}

/// Without a hash, as after FLUSHALL, all goes on as it was: the driver will write another one.
void FleetNode::follow_job(const FleetFields& hash) {
  const auto job = decode_job(job_.name, hash);
  if (!job) return;
  if (job->id != job_.id || job->state == FleetJob::State::done) {
    return end_list(std::nullopt);
  }
  if (job->state == FleetJob::State::stopped) {
    if (!std::exchange(is_over_, true)) events_.on_stopped();
    return;
  }
  const bool is_paused = job->state == FleetJob::State::paused;
  if (std::exchange(is_paused_, is_paused) != is_paused) events_.on_paused(is_paused);
}

// --- Partitions ---

void FleetNode::on_work(unsigned partition) {
  works_[partition] = true;
  cursors_[partition] = "0-0";
  read_in(Duration(0));
}

void FleetNode::on_stop(unsigned partition) {
  works_[partition] = false;
  if (transfers_[partition] == 0) keeper_->on_stopped(partition);
}

bool FleetNode::may_begin(const Link& link) {
  const unsigned partition = partition_of(link);
  if (works_[partition] && !leaves_ && keeper_->may_begin(partition)) {
    ++transfers_[partition];
    return true;
  }
  not_begun_.insert(link_id(link.hash));
  return false;
}

void FleetNode::on_back(const Link& link) {
  const unsigned partition = partition_of(link);
  if (--transfers_[partition] == 0 && !works_[partition]) keeper_->on_stopped(partition);
}

void FleetNode::go_on() { keeper_->go_on(); }

// --- In: links ---

void FleetNode::read_in(Duration wait) {
  if (is_reading_ || leaves_ || is_over_) return;
  cancel_timer(*loop_, read_timer_);
  read_timer_ = loop_->call_at(loop_->now() + wait, [this] {
    read_timer_.reset();
    read();
  });
}

void FleetNode::read() {
  if (is_reading_ || leaves_ || is_over_ || !line_->is_up()) return;
  const std::size_t room = held_.room();
  std::vector<std::string> arguments{prefix_, name_, std::to_string(room)};
  // Most partitions of a list have no links: those that had some are asked for more at once, and
  // the others in turn, now and then.
  const bool sweeps = loop_->now() >= next_sweep_;
  if (sweeps) next_sweep_ = loop_->now() + kSweepEvery;
  unsigned asked = 0, step = 0;
  for (const unsigned partition : hot_) {
    const std::size_t most = std::min(held_.room(partition), kLinksOfAPartition);
    if (!works_[partition] || most == 0 || !cursors_[partition].empty()) continue;
    arguments.insert(arguments.end(), {std::to_string(partition), keeper_->token(partition),
                                       std::to_string(most), ""});
    if (++asked == kPartitionsOfARead) break;
  }
  for (; sweeps && step < job_.partitions && asked < kPartitionsOfARead; ++step) {
    const unsigned partition = (turn_ + step) % job_.partitions;
    const std::size_t most = std::min(held_.room(partition), kLinksOfAPartition);
    const bool is_asked = cursors_[partition].empty() && hot_.contains(partition);
    if (!works_[partition] || most == 0 || is_asked) continue;
    arguments.insert(arguments.end(), {std::to_string(partition), keeper_->token(partition),
                                       std::to_string(most), cursors_[partition]});
    ++asked;
  }
  const bool was_all = !sweeps || step == job_.partitions;
  turn_ = (turn_ + step) % job_.partitions;
  if (room == 0 || asked == 0) return read_in(kLongestIdle);  // or when a report has made room
  is_reading_ =
      line_->run(scripts::kRead, std::move(arguments), [this, was_all](const RedisAnswer& answer) {
        is_reading_ = false;
        if (answer.is_good()) return on_read(answer.reply, was_all);
        if (answer.fate != RedisAnswer::Fate::refused) return;
        line_->tell(answer.trouble);
        read_in(kAskAgain);
      });
}

void FleetNode::on_read(const RedisReply& reply, bool was_all) {
  bool has_more = false;
  for (const RedisReply& one : reply.elements) {
    if (one.elements.size() != 3) continue;
    const auto partition =
        static_cast<unsigned>(std::strtoul(one.elements[0].text.c_str(), nullptr, 10));
    if (partition >= job_.partitions || !works_[partition]) continue;  // lost meanwhile
    cursors_[partition] = one.elements[1].text;
    hot_.insert(partition);
    for (const RedisReply& entry : one.elements[2].elements) take(partition, entry);
    has_more = true;
  }
  if (!has_more) hot_.clear();
  idle_wait_ = has_more || !was_all
                   ? Duration(0)
                   : std::clamp<Duration>(2 * idle_wait_, kFirstIdle, kLongestIdle);
  read_in(idle_wait_);
}

void FleetNode::take(unsigned partition, const RedisReply& entry) {
  if (entry.elements.size() != 2) return;  // of XAUTOCLAIM: it was removed
  const std::string& id = entry.elements[0].text;
  auto decoded = decode_link(fields_of(entry.elements[1]));
  if (!decoded || partition_of(decoded->link) != partition) {
    const std::string why = decoded ? "it is in another host's partition" : decoded.error().message;
    if (bad_entries_++ == 0) {
      events_.on_notice(fmt::format("the fleet's Redis holds something that is no link: {}", why));
    }
    return drop(partition, id, why);
  }
  Link& link = decoded->link;
  const LinkId identity = link_id(link.hash);
  const auto added =
      held_.add(identity, {.partition = partition, .entry = id, .index = link.index});
  if (!added.outdated.empty()) drop(partition, added.outdated, "");
  if (!added.is_new) return;
  ListedItem item(link.listed);
  item.place = link.index;
  item.planned = std::make_shared<const Link>(std::move(link));
  door_.push(std::move(item));
}

void FleetNode::drop(unsigned partition, const std::string& entry, const std::string& why) {
  (void)line_->run(scripts::kDrop, {prefix_, std::to_string(partition), entry, why},
                   [](const RedisAnswer&) {});  // it would come again
}

// --- Out: results ---

void FleetNode::on_done(const LinkId& link, const Record& record, bool lasts) {
  done_.push({.link = link, .record = record, .lasts = lasts});
}

void FleetNode::on_planned(const Record& record) {
  const auto url = parse_url(record.url.value_or(""));
  if (url) done_.push({.link = link_id(identity_of(*url)), .record = record, .lasts = true});
}

void FleetNode::take_done() {
  for (const DoneLink& done : done_.take_all()) report(done);
}

void FleetNode::report(const DoneLink& done) {
  const Record& record = done.record;
  const bool is_duplicate = record.error == ErrorClass::duplicate;
  const bool was_not_begun = not_begun_.erase(done.link) > 0;
  // What this machine's disk did says nothing of the link.
  if (!done.lasts || record.error == ErrorClass::disk || is_duplicate || was_not_begun) {
    return lose(done.link);
  }
  auto place = held_.take(done.link);
  if (!place) return;
  ResultEntry entry{.id = done.link, .node = name_, .record = record};
  entry.record.index = place->index;
  results_.push_back(
      {.partition = place->partition, .entry = std::move(place->entry), .fields = encode(entry)});
}

/// The link is held no more, and stays without a result: it is to be delivered again.
void FleetNode::lose(const LinkId& link) {
  const auto place = held_.take(link);
  if (place && works_[place->partition]) look_again(place->partition);
}

/// Has all links of the partition delivered again that were delivered and have no result.
void FleetNode::look_again(unsigned partition) {
  to_look_at_again_.push_back(partition);
  if (again_timer_) return;
  again_timer_ = loop_->call_at(loop_->now() + kAskAgain, [this] {
    again_timer_.reset();
    for (const unsigned one : std::exchange(to_look_at_again_, {})) cursors_[one] = "0-0";
    read_in(Duration(0));
  });
}

void FleetNode::flush() {
  while (!results_.empty() && reporting_ < kMostReporting && line_->is_up() && !report_timer_) {
    auto sent = std::make_shared<std::vector<ToReport>>();
    std::vector<std::string> arguments{prefix_};
    while (!results_.empty() && sent->size() < kResultsOfAReport) {
      ToReport& result = sent->emplace_back(std::move(results_.front()));
      results_.pop_front();
      arguments.insert(arguments.end(), {std::to_string(result.partition), result.entry,
                                         std::to_string(2 * result.fields.size())});
      for (const auto& [field, value] : result.fields) {
        arguments.push_back(field);
        arguments.push_back(value);
      }
    }
    const auto again = [this, sent] {
      for (auto one = sent->rbegin(); one != sent->rend(); ++one) {
        results_.push_front(std::move(*one));
      }
    };
    reporting_ += sent->size();
    const bool is_sent = line_->run(
        scripts::kReport, std::move(arguments), [this, sent, again](const RedisAnswer& answer) {
          reporting_ -= sent->size();
          if (answer.is_good()) {
            read_in(Duration(0));  // there is room
          } else {
            again();  // what was taken is not taken twice
            if (answer.fate == RedisAnswer::Fate::refused) {
              line_->tell(answer.trouble);
              report_timer_ =
                  loop_->call_at(loop_->now() + kAskAgain, [this] { report_timer_.reset(); });
            }
          }
          end_if_finished();
        });
    if (!is_sent) {
      reporting_ -= sent->size();
      again();
      break;
    }
  }
  end_if_finished();
}

// --- The end ---

void FleetNode::leave() {
  if (std::exchange(leaves_, true)) return;
  cancel_timer(*loop_, read_timer_);
  (void)line_->send({"ZREM", prefix_ + "nodes", name_}, [](const RedisAnswer&) {});
  keeper_->leave();
}

void FleetNode::finish(Duration limit, std::function<void()> closed) {
  closed_ = std::move(closed);
  take_done();
  leave();
  // No worker lives any more. Some links had their turn, and never a worker.
  for (unsigned partition = 0; partition < job_.partitions; ++partition) {
    if (std::exchange(transfers_[partition], 0) > 0) keeper_->on_stopped(partition);
  }
  end_timer_ = loop_->call_at(std::chrono::steady_clock::now() + limit, [this] {
    end_timer_.reset();
    if (auto call = std::exchange(closed_, nullptr)) call();
  });
  flush();
}

void FleetNode::end_if_finished() {
  if (!closed_) return;
  const bool is_done = results_.empty() && reporting_ == 0 && keeper_->has_left();
  if (!is_done && line_->is_up()) return;
  cancel_timer(*loop_, end_timer_);
  line_->finish(std::chrono::seconds(1), std::exchange(closed_, nullptr));
}

std::string node_name(int folder) {
  char host[256] = {};
  (void)::gethostname(host, sizeof host - 1);
  std::string name;
  for (const char c : std::string_view(host)) {
    if (name.size() < 40) name += is_alphanumeric(c) || c == '-' || c == '_' ? c : '-';
  }
  struct stat status {};
  (void)::fstat(folder, &status);
  const auto digest = sha256(fmt::format("{} {} {}", host, status.st_dev, status.st_ino));
  return fmt::format("{}-{}", name.empty() ? "node" : name, to_hex(digest).substr(0, 8));
}

}  // namespace fanfetch
