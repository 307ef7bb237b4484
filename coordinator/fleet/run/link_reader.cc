#include "coordinator/fleet/run/link_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "common/utf8.h"
#include "coordinator/fleet/fleet_partitions.h"
#include "coordinator/fleet/link_entry.h"
#include "coordinator/fleet/run/fleet_desk.h"
#include "coordinator/fleet/run/link_scripts.h"
#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

/// Redis is not asked more often than that.
constexpr milliseconds kShortestWait{1};
/// Links of one answer: of the longest ones, half of what the client takes for an answer.
constexpr std::size_t kLinksOfARead = 1024;
/// Of a partition whose links are read from the beginning.
constexpr char kFromTheBeginning[] = "-";

}  // namespace

LinkReader::LinkReader(const FleetJob& job, HeldLinks& held)
    : prefix_(key_prefix(job.name)),
      job_(job.id),
      lease_(job.rules.lease),
      held_(held),
      cursors_(job.partitions),
      was_lost_(job.partitions),
      began_(job.partitions),
      plan_(job.partitions) {}

LinkReader::~LinkReader() {
  if (loop_ == nullptr) return;
  cancel_timer(*loop_, read_timer_);
  cancel_timer(*loop_, again_timer_);
  cancel_timer(*loop_, later_timer_);
}

void LinkReader::start(EventLoop& loop, FleetLine& line, const LeaseKeeper& keeper, Events events) {
  loop_ = &loop;
  line_ = &line;
  keeper_ = &keeper;
  events_ = std::move(events);
}

void LinkReader::on_up(RedisData data) {
  is_reading_ = false;
  for (unsigned partition = 0; partition < cursors_.size(); ++partition) {
    if (data == RedisData::may_have_lost) read_anew(partition);
  }
  read_in(Duration(0));
}

void LinkReader::begin(unsigned partition, bool was_lost) {
  was_lost_[partition] = was_lost;
  began_[partition] = loop_->now();
  read_from_the_beginning(partition);
}

void LinkReader::read_from_the_beginning(unsigned partition) {
  suspects_.forget(partition);
  cursors_[partition] = kFromTheBeginning;
  plan_.begin(partition, loop_->now());
  read_in(Duration(0));
}

void LinkReader::end(unsigned partition) {
  cursors_[partition].reset();
  suspects_.forget(partition);
  plan_.end(partition);
}

void LinkReader::on_room() {
  plan_.hurry(loop_->now());
  read_in(Duration(0));
}

void LinkReader::look_again(unsigned partition) {
  if (!reads(partition)) return;
  to_look_at_again_.push_back(partition);
  if (again_timer_) return;
  again_timer_ = loop_->call_at(loop_->now() + kAskAgain, [this] {
    again_timer_.reset();
    for (const unsigned one : std::exchange(to_look_at_again_, {})) {
      read_anew(one);
    }
  });
}

void LinkReader::stop() {
  is_stopped_ = true;
  if (loop_ != nullptr) cancel_timer(*loop_, read_timer_);
}

// --- From Redis ---

void LinkReader::read_in(Duration wait) {
  if (is_reading_ || is_stopped_) return;
  cancel_timer(*loop_, read_timer_);
  read_timer_ = loop_->call_at(loop_->now() + wait, [this] {
    read_timer_.reset();
    read();
  });
}

void LinkReader::read() {
  if (is_reading_ || is_stopped_ || !line_->is_up()) return;
  read_suspects();
  const Instant now = loop_->now();
  const std::size_t room = std::min(held_.room(), kLinksOfARead);
  auto questions = plan_.next(now, [this, room](unsigned partition) {
    return suspects_.has_turn(partition) ? 0 : std::min(room, held_.room(partition));
  });
  if (questions.empty()) return read_in(std::max<Duration>(plan_.wake_at() - now, kShortestWait));
  std::vector<std::string> arguments{prefix_, job_, keeper_->me(), std::to_string(room),
                                     std::to_string(kSuspectGone)};
  for (const auto& [partition, most] : questions) {
    arguments.insert(arguments.end(),
                     {std::to_string(partition), keeper_->token(partition), std::to_string(most),
                      *cursors_[partition], was_lost_[partition] ? "1" : "0"});
  }
  is_reading_ = line_->run(scripts::kRead, std::move(arguments),
                           [this, questions = std::move(questions)](const RedisAnswer& answer) {
                             is_reading_ = false;
                             if (answer.is_good()) return on_read(answer.reply);
                             for (const auto& question : questions) read_anew(question.partition);
                             if (answer.fate != RedisAnswer::Fate::refused) return;
                             line_->tell(answer.trouble);
                             read_in(kAskAgain);
                           });
  if (!is_reading_) read_in(kAskAgain);  // too much waits to be sent
}

/// Redis may have done it, and its answer was lost: such links are this node's, and come as new
/// ones no more.
void LinkReader::read_anew(unsigned partition) {
  if (reads(partition)) read_from_the_beginning(partition);
}

void LinkReader::on_read(const RedisReply& reply) {
  const Instant now = loop_->now();
  std::vector<ListedItem> items;
  bool found_suspects = false;
  for (const RedisReply& one : reply.elements) {
    if (one.elements.size() != 4) continue;
    const auto partition =
        static_cast<unsigned>(std::strtoul(one.elements[0].text.c_str(), nullptr, 10));
    if (partition >= cursors_.size() || !reads(partition)) continue;  // lost meanwhile
    cursors_[partition] = one.elements[1].text;
    const auto& entries = one.elements[2].elements;
    for (const RedisReply& entry : entries) take(partition, entry, items);
    const auto& suspects = one.elements[3].elements;
    found_suspects = found_suspects || !suspects.empty();
    for (std::size_t i = 0; i + 1 < suspects.size(); i += 2) {
      const auto gone = static_cast<unsigned>(suspects[i + 1].integer);
      Suspects::Suspect suspect{.entry = suspects[i].text, .gone = gone};
      if (is_to_wait(partition, suspect)) {
        look_later(partition);
      } else {
        suspects_.add(partition, std::move(suspect));
      }
    }
    // Where there is more of what others had got, it is asked for without a sweep.
    if (!entries.empty() || !cursors_[partition]->empty()) {
      plan_.on_links(partition, entries.size(), now);
    }
  }
  door_.push(std::move(items));
  plan_.on_answered(now);
  read_in(found_suspects ? Duration(0) : std::max(plan_.wake_at() - now, Duration(0)));
}

// --- Links that may be to blame for the end of nodes ---

/// Whoever had it last may only be cut off, and have its result.
bool LinkReader::is_to_wait(unsigned partition, const Suspects::Suspect& suspect) const {
  return company_of(suspect.gone) == 0 && was_lost_[partition] &&
         loop_->now() < began_[partition] + lease_;
}

void LinkReader::look_later(unsigned partition) {
  if (std::ranges::find(to_look_at_later_, partition) == to_look_at_later_.end()) {
    to_look_at_later_.push_back(partition);
  }
  if (later_timer_) return;
  later_timer_ = loop_->call_at(began_[partition] + lease_, [this] {
    later_timer_.reset();
    for (const unsigned one : std::exchange(to_look_at_later_, {})) read_anew(one);
  });
}

void LinkReader::read_suspects() {
  const auto held = [this](unsigned partition) { return held_.count(partition); };
  while (const auto turn = suspects_.next(held)) {
    if (!turn->entries.empty()) return read_suspects(turn->partition, turn->entries);
    plan_.on_links(turn->partition, 0, loop_->now());  // it had no room for some time
    plan_.hurry(loop_->now());
  }
}

void LinkReader::read_suspects(unsigned partition, const std::vector<std::string>& entries) {
  std::vector<std::string> arguments{prefix_,
                                     job_,
                                     keeper_->me(),
                                     std::to_string(partition),
                                     keeper_->token(partition),
                                     was_lost_[partition] ? "1" : "0"};
  arguments.insert(arguments.end(), entries.begin(), entries.end());
  const bool is_sent = line_->run(scripts::kReadSuspects, std::move(arguments),
                                  [this, partition](const RedisAnswer& answer) {
                                    if (answer.is_good())
                                      return on_suspects(partition, answer.reply);
                                    if (answer.fate == RedisAnswer::Fate::refused)
                                      line_->tell(answer.trouble);
                                    look_again(partition);
                                  });
  if (!is_sent) look_again(partition);
}

void LinkReader::on_suspects(unsigned partition, const RedisReply& reply) {
  if (!reads(partition)) return;
  suspects_.on_got(partition);
  std::vector<ListedItem> items;
  for (const RedisReply& one : reply.elements) {
    if (one.elements.size() != 2 || one.elements[1].elements.size() != 2) continue;
    const auto gone = static_cast<unsigned>(one.elements[0].integer);
    const RedisReply& entry = one.elements[1];
    if (company_of(gone) > 0) {
      take(partition, entry, items);
    } else if (const auto link = decode(partition, entry)) {
      events_.on_notice(
          fmt::format("{} is given up: {}", printable_url(link->listed), gone_nodes(gone)));
      events_.on_dead(*link, partition, entry.elements[0].text, gone);
    }
  }
  door_.push(std::move(items));
  read_in(Duration(0));
}

// --- Entries ---

/// nullopt: it is no link of the partition, and dropped.
std::optional<Link> LinkReader::decode(unsigned partition, const RedisReply& entry) {
  const std::string& id = entry.elements[0].text;
  auto decoded = decode_link(fields_of(entry.elements[1]));
  const auto partitions = static_cast<unsigned>(cursors_.size());
  if (!decoded || partition_of(decoded->link, partitions) != partition) {
    const std::string why = decoded ? "it is in another host's partition" : decoded.error().message;
    if (bad_entries_++ == 0) {
      events_.on_notice(fmt::format("the fleet's Redis holds something that is no link: {}", why));
    }
    drop(partition, id, why);
    return std::nullopt;
  }
  return std::move(decoded->link);
}

void LinkReader::take(unsigned partition, const RedisReply& entry, std::vector<ListedItem>& items) {
  if (entry.elements.size() != 2) return;  // of XCLAIM: it was removed
  const std::string& id = entry.elements[0].text;
  auto decoded = id.empty() ? std::nullopt : decode(partition, entry);
  if (!decoded) return;
  Link& link = *decoded;
  const LinkId identity = link_id(link.hash);
  const auto added = held_.add(
      identity,
      {.partition = partition, .entry = id, .index = link.index, .take = keeper_->take(partition)});
  if (!added.outdated.empty()) drop(partition, added.outdated, "");
  if (!added.is_new) return;
  ListedItem& item = items.emplace_back(link.listed);
  item.place = link.index;
  item.planned = std::make_shared<const Link>(std::move(link));
}

void LinkReader::drop(unsigned partition, const std::string& entry, const std::string& why) {
  (void)line_->run(scripts::kDrop, {prefix_, job_, std::to_string(partition), entry, why},
                   [](const RedisAnswer&) {});  // it would come again
}

}  // namespace fanfetch
