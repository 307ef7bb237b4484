#include "coordinator/fleet/run/link_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "coordinator/fleet/fleet_partitions.h"
#include "coordinator/fleet/link_entry.h"
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
/// How long after an answer without links Redis is asked again: longer each time.
constexpr milliseconds kFirstIdle{10}, kLongestIdle{200};
constexpr milliseconds kSweepEvery{20};
/// Of a partition whose links are read from the beginning.
constexpr char kFromTheBeginning[] = "0-0";

}  // namespace

LinkReader::LinkReader(const FleetJob& job, std::string node, HeldLinks& held)
    : prefix_(key_prefix(job.name)),
      node_(std::move(node)),
      held_(held),
      cursors_(job.partitions) {}

LinkReader::~LinkReader() {
  if (loop_ == nullptr) return;
  cancel_timer(*loop_, read_timer_);
  cancel_timer(*loop_, again_timer_);
}

void LinkReader::start(EventLoop& loop, FleetLine& line, const LeaseKeeper& keeper,
                       std::function<void(std::string text)> on_notice) {
  loop_ = &loop;
  line_ = &line;
  keeper_ = &keeper;
  on_notice_ = std::move(on_notice);
}

void LinkReader::on_up() {
  is_reading_ = false;
  read_in(Duration(0));
}

void LinkReader::begin(unsigned partition) {
  cursors_[partition] = kFromTheBeginning;
  read_in(Duration(0));
}

void LinkReader::look_again(unsigned partition) {
  if (!reads(partition)) return;
  to_look_at_again_.push_back(partition);
  if (again_timer_) return;
  again_timer_ = loop_->call_at(loop_->now() + kAskAgain, [this] {
    again_timer_.reset();
    for (const unsigned one : std::exchange(to_look_at_again_, {})) {
      if (reads(one)) cursors_[one] = kFromTheBeginning;
    }
    read_in(Duration(0));
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
  const auto partitions = static_cast<unsigned>(cursors_.size());
  const std::size_t room = held_.room();
  std::vector<std::string> arguments{prefix_, node_, std::to_string(room)};
  unsigned asked = 0, step = 0;
  // For links of the partition, if they have room.
  const auto ask = [&](unsigned partition) {
    const std::size_t most = std::min(held_.room(partition), kLinksOfAPartition);
    if (most == 0) return;
    arguments.insert(arguments.end(), {std::to_string(partition), keeper_->token(partition),
                                       std::to_string(most), *cursors_[partition]});
    ++asked;
  };
  // Most partitions of a list have no links: those that had some are asked for more at once, and
  // the others in turn, now and then.
  const bool sweeps = loop_->now() >= next_sweep_;
  if (sweeps) next_sweep_ = loop_->now() + kSweepEvery;
  const auto is_hot = [&](unsigned partition) {
    return hot_.contains(partition) && cursors_[partition]->empty();
  };
  for (const unsigned partition : hot_) {
    if (asked == kPartitionsOfARead) break;
    if (reads(partition) && is_hot(partition)) ask(partition);
  }
  for (; sweeps && step < partitions && asked < kPartitionsOfARead; ++step) {
    const unsigned partition = (turn_ + step) % partitions;
    if (reads(partition) && !is_hot(partition)) ask(partition);
  }
  const bool was_all = !sweeps || step == partitions;
  turn_ = (turn_ + step) % partitions;
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

void LinkReader::on_read(const RedisReply& reply, bool was_all) {
  bool has_more = false;
  for (const RedisReply& one : reply.elements) {
    if (one.elements.size() != 3) continue;
    const auto partition =
        static_cast<unsigned>(std::strtoul(one.elements[0].text.c_str(), nullptr, 10));
    if (partition >= cursors_.size() || !reads(partition)) continue;  // lost meanwhile
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

void LinkReader::take(unsigned partition, const RedisReply& entry) {
  if (entry.elements.size() != 2) return;  // of XAUTOCLAIM: it was removed
  const std::string& id = entry.elements[0].text;
  auto decoded = decode_link(fields_of(entry.elements[1]));
  const auto partitions = static_cast<unsigned>(cursors_.size());
  if (!decoded || partition_of(decoded->link.url.origin(), partitions) != partition) {
    const std::string why = decoded ? "it is in another host's partition" : decoded.error().message;
    if (bad_entries_++ == 0) {
      on_notice_(fmt::format("the fleet's Redis holds something that is no link: {}", why));
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

void LinkReader::drop(unsigned partition, const std::string& entry, const std::string& why) {
  (void)line_->run(scripts::kDrop, {prefix_, std::to_string(partition), entry, why},
                   [](const RedisAnswer&) {});  // it would come again
}

}  // namespace fanfetch
