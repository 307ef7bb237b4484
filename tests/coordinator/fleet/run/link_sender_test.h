#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/fleet/fleet_partitions.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/fleet/run/link_sender.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {

inline constexpr unsigned kSomePartitions = 16;
inline constexpr unsigned kFullWindow = 2000;  // as FleetWindow::Limits
inline const std::string kBigOrigin = "http://big.test", kSmallOrigin = "http://small.test";

inline Link sendable(const std::string& text) {
  Link link;
  link.index = 1;
  link.url = *parse_url(text);
  link.listed = text;
  link.hash = identity_of(link.url);
  link.name = "photo.jpg";
  return link;
}

inline unsigned whole_partition(const std::string& origin) {
  return partition_of(parse_url(origin + "/")->origin(), kSomePartitions);
}

/// Links on their way, which nobody takes to Redis: their results come as the test wants.
class LinkSenderTest : public testing::Test {
 protected:
  LinkSender make(std::uint64_t most_spool_bytes = 64 << 20, SpreadHosts spread = {}) {
    auto spool = LinkSpool::open(folder_.get(), "spool", kSomePartitions, most_spool_bytes);
    EXPECT_TRUE(spool);
    FleetJob job{.name = "list"};
    job.partitions = kSomePartitions;
    job.rules = LeaseRules::of({}, {});  // what is lost is sent again at once
    return LinkSender(job, std::move(*spool), 1, std::move(spread));
  }
  void begin(LinkSender& sender) {
    sender.start(loop_, line_,
                 {.settle = nullptr,
                  .on_gone = [this](const std::string& why) { gone_ = why; },
                  .on_notice = nullptr});
  }
  /// The next links of an origin.
  void add(LinkSender& sender, const std::string& origin, unsigned count) {
    for (unsigned n = 0; n < count; ++n) {
      const std::string text = fmt::format("{}/{}", origin, added_++);
      sender.add(sendable(text));
      waiting_.insert(text);
    }
  }
  /// All that was sent has its result; returns how many in each number of pieces. Each link has
  /// one.
  std::map<unsigned, unsigned> answer_all(LinkSender& sender) {
    std::map<unsigned, unsigned> pieces;
    for (auto one = waiting_.begin(); one != waiting_.end();) {
      const LinkId id = link_id(sendable(*one).hash);
      const auto answer = sender.on_result(id, "1-0");
      if (!answer.link) {
        ++one;
        continue;
      }
      const Link& link = *answer.link;
      EXPECT_EQ(link.listed, *one);
      EXPECT_EQ(link.piece, piece_of(id, link.piece.count));
      ++pieces[link.piece.count];
      EXPECT_TRUE(sender.on_recorded(id));
      one = waiting_.erase(one);
    }
    return pieces;
  }
  /// Until nothing is left of `origin`'s partition that was sent.
  void drain(LinkSender& sender, const std::vector<unsigned>& held) {
    sender.hold(held);
    answer_all(sender);
    sender.refill();
    ASSERT_TRUE(sender.is_drained(held));
  }
  /// All that is left, a wake-up of the loop each turn; returns as answer_all().
  std::map<unsigned, unsigned> finish(LinkSender& sender) {
    std::map<unsigned, unsigned> pieces;
    for (int turn = 0; sender.size() > 0; ++turn) {
      if (turn == 1000) {
        ADD_FAILURE() << "it does not end: " << sender.size() << " are left";
        break;
      }
      (void)sender.move_parked();
      sender.place_held_back();
      for (const auto& [count, links] : answer_all(sender)) pieces[count] += links;
      sender.refill();
    }
    EXPECT_FALSE(sender.is_moving());
    EXPECT_TRUE(waiting_.empty());
    return pieces;
  }

  support::TempDir dir_;
  UniqueFd folder_{::open(dir_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  EventLoop loop_;
  FleetAccess access_{.address = *parse_redis_address("redis://127.0.0.1:1"),
                      .auth = {},
                      .authorities = {},
                      .resolver = {},
                      .max_away = {},
                      .client_name = {}};
  FleetLine line_{loop_, access_, {.on_up = nullptr, .on_gone = nullptr}};
  std::set<std::string> waiting_;  // added, and without a result
  unsigned added_ = 0;
  std::string gone_;
};

}  // namespace fanfetch
