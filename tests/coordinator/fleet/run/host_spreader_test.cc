#include "coordinator/fleet/run/host_spreader.h"

#include <functional>
#include <utility>

#include "coordinator/schedule/host_governor.h"
#include "tests/coordinator/fleet/run/link_sender_test.h"

namespace fanfetch {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Written = HostSpreader::Written;

/// A driver's looks, once a second, and a Redis that says what the test wants.
class HostSpreaderTest : public LinkSenderTest {
 protected:
  HostSpreaderTest() {
    job_.partitions = kSomePartitions;
    begin(sender_);
    start(spreader_);
  }
  void start(HostSpreader& spreader) {
    spreader.start({.write =
                        [this](const std::string& spread, const std::vector<unsigned>& empty,
                               std::function<void(Written)> done) {
                          EXPECT_FALSE(done_) << "one at a time";
                          writes_.push_back({spread, empty});
                          done_ = std::move(done);
                        },
                    .on_notice = [this](const std::string& text) { notices_.push_back(text); }});
  }
  void look_for(Duration time, HostSpreader& spreader, std::uint64_t nodes = 2) {
    for (const Instant end = now_ + time; now_ < end;) {
      now_ += seconds(1);
      spreader.on_look({.nodes = nodes, .spread = in_redis_}, rules_, now_);
    }
  }
  void look_for(Duration time) { look_for(time, spreader_); }
  void look() { look_for(seconds(1)); }
  /// Redis says so.
  void answer(Written written) {
    ASSERT_TRUE(done_);
    if (written == Written::lasts) in_redis_ = writes_.back().spread;
    std::exchange(done_, nullptr)(written);
  }
  [[nodiscard]] std::string last_notice() const { return notices_.empty() ? "" : notices_.back(); }
  [[nodiscard]] bool has(std::string_view words) const {
    return last_notice().find(words) != std::string::npos;
  }

  struct Write {
    std::string spread;
    std::vector<unsigned> empty;
  };
  const unsigned big_ = whole_partition(kBigOrigin);
  FleetJob job_{.name = "list"};
  LinkSender sender_ = make();
  HostSpreader spreader_{job_, sender_, 8};
  HostRules rules_;
  Instant now_{std::chrono::hours(1)};
  std::string in_redis_;
  std::vector<Write> writes_;
  std::vector<std::string> notices_;
  std::function<void(Written)> done_;
};

TEST_F(HostSpreaderTest, AHostThatIsTooBigForLongEnoughIsSpread) {
  add(sender_, kBigOrigin, kFullWindow + 3000);
  look_for(minutes(5));
  EXPECT_EQ(last_notice(), "");
  look();
  EXPECT_EQ(last_notice(),
            "big.test:80 has more links than one node's share, 100 % of all for 2 nodes: once the "
            "2,000 that are under way are done, it is spread over 8 pieces");
  EXPECT_TRUE(writes_.empty()) << "links are under way";
  EXPECT_EQ(to_text(spreader_.hosts()), "big.test:80=8") << "limits go by it";
  EXPECT_EQ(job_.spread, "");
  answer_all(sender_);
  sender_.refill();
  look();
  ASSERT_EQ(writes_.size(), 1u);
  EXPECT_EQ(writes_[0].spread, "big.test:80=8");
  EXPECT_EQ(writes_[0].empty, std::vector<unsigned>{big_});
  look();
  EXPECT_EQ(writes_.size(), 1u) << "one at a time";
  EXPECT_FALSE(sender_.is_moving()) << "it may not last";
  answer(Written::lasts);
  EXPECT_EQ(job_.spread, "big.test:80=8");
  EXPECT_EQ(last_notice(),
            "big.test:80 is spread over 8 pieces from now on, as with --spread big.test:80=8");
  EXPECT_TRUE(sender_.is_moving());
  EXPECT_EQ(finish(sender_), (std::map<unsigned, unsigned>{{8, 3000}}));
}

TEST_F(HostSpreaderTest, WhatMayBeWrittenIsWrittenUntilItLasts) {
  add(sender_, kBigOrigin, kFullWindow + 3000);
  look_for(minutes(5) + seconds(1));
  answer_all(sender_);
  look();
  answer(Written::unknown);
  EXPECT_FALSE(sender_.is_moving());
  // However long that takes: a driver that is started again may go by it.
  look_for(minutes(3));
  answer(Written::nothing);
  look_for(minutes(3));
  EXPECT_EQ(writes_.size(), 3u);
  answer(Written::lasts);
  EXPECT_TRUE(sender_.is_moving());
}

TEST_F(HostSpreaderTest, AHostStandsStillForTwoMinutesAtMost) {
  add(sender_, kBigOrigin, kFullWindow + 3000);
  look_for(minutes(5) + seconds(1));
  look_for(minutes(2) - seconds(1));
  EXPECT_TRUE(has("once the 2,000")) << last_notice();
  look();
  EXPECT_EQ(
      last_notice(),
      "big.test:80 goes on as it was: it could not be spread within 2m, as what was under way "
      "was not done; that is tried again");
  EXPECT_EQ(to_text(spreader_.hosts()), "");
  answer_all(sender_);
  sender_.refill();
  EXPECT_EQ(sender_.outstanding(), kFullWindow) << "it goes on";
  look_for(minutes(5));
  EXPECT_EQ(notices_.size(), 2u);
  look();
  EXPECT_TRUE(has("once the 2,000")) << last_notice();
}

TEST_F(HostSpreaderTest, NorDoesItForLinksOfAnEarlierDriver) {
  add(sender_, kBigOrigin, kFullWindow + 3000);
  look_for(minutes(5) + seconds(1));
  answer_all(sender_);
  look();
  answer(Written::nothing);
  look_for(minutes(2) - seconds(2));
  EXPECT_EQ(notices_.size(), 1u);
  answer(Written::nothing);
  look();
  EXPECT_TRUE(has("goes on as it was")) << last_notice();
  sender_.refill();
  EXPECT_EQ(sender_.outstanding(), kFullWindow);
}

TEST_F(HostSpreaderTest, WhatCannotBeSpreadGoesOn) {
  const struct {
    const char* why;
    unsigned limit;  // of a host
    SpreadHosts known;
    std::uint64_t nodes;
  } rows[] = {
      {"one transfer at once", 1, {}, 2},
      {"none at all", 0, {}, 2},
      {"one node shares with nobody", 8, {}, 1},
      {"the user wants it whole", 8, {{"big.test", {}, 1}}, 2},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.why);
    FleetJob job{.name = "list"};
    job.partitions = kSomePartitions;
    LinkSender sender = make(64 << 20, row.known);
    begin(sender);
    HostSpreader spreader(job, sender, row.limit);
    start(spreader);
    add(sender, kBigOrigin, kFullWindow + 3000);
    look_for(minutes(12), spreader, row.nodes);
    EXPECT_EQ(last_notice(), "");
    EXPECT_TRUE(writes_.empty());
    answer_all(sender);
    sender.refill();
    EXPECT_EQ(sender.outstanding(), kFullWindow) << "nothing is held";
  }
}

/// While a job is paused no node has more work than another.
TEST_F(HostSpreaderTest, APausedJobDoesNotCount) {
  add(sender_, kBigOrigin, kFullWindow + 3000);
  look_for(minutes(4));
  job_.state = FleetJob::State::paused;
  look_for(minutes(4));
  job_.state = FleetJob::State::running;
  look_for(minutes(5));
  EXPECT_EQ(last_notice(), "");
  look();
  EXPECT_TRUE(has("once the 2,000")) << last_notice();
}

TEST_F(HostSpreaderTest, WhatRedisHasLostIsWrittenAgain) {
  job_.spread = "cdn.test=4";
  LinkSender sender = make(64 << 20, {{"cdn.test", {}, 4}, {"whole.test", {}, 1}});
  begin(sender);
  HostSpreader spreader(job_, sender, 8);
  start(spreader);
  spreader.on_look({.nodes = 2, .spread = "cdn.test=4"}, rules_, now_);
  EXPECT_TRUE(writes_.empty());
  spreader.on_look({.nodes = 2, .spread = ""}, rules_, now_);
  ASSERT_EQ(writes_.size(), 1u);
  EXPECT_EQ(writes_[0].spread, "cdn.test=4");
  EXPECT_TRUE(writes_[0].empty.empty());
  answer(Written::unknown);
  spreader.on_look({.nodes = 2, .spread = "cdn.test=4"}, rules_, now_);
  ASSERT_EQ(writes_.size(), 2u) << "it is there, and may not last";
  answer(Written::lasts);
  spreader.on_look({.nodes = 2, .spread = "cdn.test=4"}, rules_, now_);
  EXPECT_EQ(writes_.size(), 2u);
}

/// That the old plan may not last says nothing of the new one.
TEST_F(HostSpreaderTest, WhatIsLostMeanwhileHoldsNoHostUp) {
  job_.spread = in_redis_ = "cdn.test=4";
  add(sender_, kBigOrigin, kFullWindow + 3000);
  look_for(minutes(5) + seconds(1));
  ASSERT_TRUE(has("once the 2,000")) << last_notice();
  in_redis_ = "";
  look();
  ASSERT_EQ(writes_.size(), 1u);
  EXPECT_EQ(writes_[0].spread, "cdn.test=4");
  answer(Written::unknown);
  look_for(minutes(2) - seconds(2));
  answer(Written::nothing);
  EXPECT_EQ(notices_.size(), 1u);
  look();
  EXPECT_TRUE(has("goes on as it was")) << last_notice();
}

TEST_F(HostSpreaderTest, SoManyHostsAndNoMore) {
  SpreadHosts many;
  for (std::size_t n = 0; n < kMostSpreadHosts; ++n)
    many.push_back({fmt::format("n{}.test", n), {}, 2});
  LinkSender sender = make(64 << 20, many);
  begin(sender);
  HostSpreader spreader(job_, sender, 8);
  start(spreader);
  job_.spread = in_redis_ = to_text(many);
  add(sender, kBigOrigin, kFullWindow + 3000);
  look_for(minutes(12), spreader);
  EXPECT_EQ(last_notice(), "");
  EXPECT_TRUE(writes_.empty());
}

}  // namespace
}  // namespace fanfetch
