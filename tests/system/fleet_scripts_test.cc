// What a fleet's scripts promise, by a real Redis and nobody else: where nodes come and go, one
// that breaks its promise would mostly go unnoticed.

#include <algorithm>
#include <map>

#include "coordinator/fleet/run/job_scripts.h"
#include "coordinator/fleet/run/lease_scripts.h"
#include "coordinator/fleet/run/link_scripts.h"
#include "coordinator/fleet/run/look_scripts.h"
#include "tests/system/redis_client_test.h"

namespace fanfetch::system {
namespace {

/// A job `j` of four partitions.
class FleetScriptsTest : public RedisClientTest {
 protected:
  FleetScriptsTest() { open_ready(redis_.url()); }

  RedisReply run(std::string_view script, const std::vector<std::string>& arguments) {
    std::vector<std::string> words{"EVAL", std::string(script), "0", kPrefix};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const RedisAnswer answer = ask(words);
    EXPECT_TRUE(answer.is_good()) << answer.trouble.sentence;
    return answer.reply;
  }
  /// Returns the first word of the answer.
  std::string begin(const std::string& id, bool is_birth) {
    return std::string(begin_at("/srv/" + id, id, is_birth).text_at(0));
  }
  RedisReply begin_at(const std::string& where, const std::string& id, bool is_birth) {
    return run(scripts::kBegin, {"j", id, where, "2", "4", "3000", "1000", "", is_birth ? "1" : "0",
                                 id, "", "300000", ""});
  }
  std::int64_t number(const std::vector<std::string>& words) { return ask(words).reply.integer; }
  std::string text(const std::vector<std::string>& words) { return ask(words).reply.text; }
  static std::string key(const std::string& name) { return kPrefix + name; }
  /// In seconds; -1: it lasts; -2: there is none.
  std::int64_t life(const std::string& name) { return number({"TTL", key(name)}); }

  /// What kRead answers of partition 0, whose lease is made that of `me`.
  struct Read {
    std::string cursor;
    std::vector<std::string> entries, suspects;
  };
  Read read(const std::string& me, int most, const std::string& cursor, bool was_lost) {
    (void)ask({"SET", key("own:0"), me + ":1"});
    const RedisReply reply = run(
        scripts::kRead,
        {"a", me, "1000", "2", "0", me + ":1", std::to_string(most), cursor, was_lost ? "1" : "0"});
    if (reply.elements.empty()) return {};
    const RedisReply& one = reply.elements[0];
    Read read{.cursor = std::string(one.text_at(1)), .entries = {}, .suspects = {}};
    for (const RedisReply& entry : one.elements.at(2).elements) {
      read.entries.emplace_back(entry.text_at(0));
    }
    const auto& suspects = one.elements.at(3).elements;
    for (std::size_t i = 0; i < suspects.size(); i += 2) read.suspects.push_back(suspects[i].text);
    return read;
  }
  void send(int links) {
    for (int n = 0; n < links; ++n) run(scripts::kSend, {"a", "0", "2", "v", std::to_string(n)});
  }
  /// Whether a result is put in the place of that entry of partition 0.
  bool is_put(std::string_view script, const std::string& entry, const std::string& token,
              const std::string& job = "a") {
    const RedisReply reply = run(script, {job, "0", entry, token, "2", "v", "1"});
    const std::string id(reply.text_at(0));
    if (id.empty()) return false;
    EXPECT_EQ(
        ask({"XREVRANGE", key("res"), "+", "-", "COUNT", "1"}).reply.elements.at(0).text_at(0), id);
    return true;
  }
  /// So many had the entry, the last of them `me`.
  void blame(const std::string& me, const std::string& entry, int deliveries) {
    (void)ask({"XCLAIM", key("p:0"), "g", me, "0", entry, "RETRYCOUNT", std::to_string(deliveries),
               "JUSTID"});
  }
  /// The names of partition 0's consumers, and how many links each has.
  std::map<std::string, std::int64_t> consumers() {
    std::map<std::string, std::int64_t> all;
    for (const RedisReply& one : ask({"XINFO", "CONSUMERS", key("p:0"), "g"}).reply.elements) {
      all[one.elements.at(1).text] = one.elements.at(3).integer;
    }
    return all;
  }
  using Consumers = std::map<std::string, std::int64_t>;

  static constexpr char kPrefix[] = "ff:{j}:";
  static constexpr std::int64_t kDay = 24 * 3600;
  const RealRedis redis_;
};

TEST_F(FleetScriptsTest, AJobThatIsDoneGoesByItself) {
  ASSERT_EQ(begin("a", true), "ok");
  run(scripts::kSend, {"a", "0", "2", "v", "1"});
  (void)ask({"XADD", key("res"), "*", "v", "1"});
  (void)ask({"XADD", key("dead"), "*", "v", "1"});
  run(scripts::kBeat, {"3000", "n", "running 1", "750"});
  const std::string era = text({"GET", key("era")});
  ASSERT_EQ(run(scripts::kTake, {era, "1", "n/1:1", "3000", "0"}).integer, 1);

  EXPECT_EQ(run(scripts::kEnd, {"b"}).integer, 0) << "it is another's";
  for (const char* name : {"job", "era", "own:0", "nodes", "about", "dead", "p:0", "res"}) {
    EXPECT_EQ(life(name), -1) << name;
  }
  EXPECT_EQ(run(scripts::kEnd, {"a"}).integer, 1);
  EXPECT_EQ(text({"HGET", key("job"), "state"}), "done");
  for (const char* name : {"p:0", "res"}) EXPECT_EQ(life(name), -2) << name;
  for (const char* name : {"era", "own:0", "own:2", "own:3", "nodes", "about"}) {
    EXPECT_GT(life(name), kDay - 60) << name;
    EXPECT_LE(life(name), kDay) << name;
  }
  for (const char* name : {"job", "dead"}) {
    EXPECT_GT(life(name), 7 * kDay - 60) << name;
    EXPECT_LE(life(name), 7 * kDay) << name;
  }
  EXPECT_LE(life("own:1"), 3) << "a lease has its own time";

  // What nodes write that have not seen it yet.
  EXPECT_EQ(run(scripts::kGiveBack, {"1", "n/1:1"}).integer, 1);
  (void)ask({"DEL", key("nodes"), key("about"), key("own:3")});
  run(scripts::kBeat, {"3000", "n", "running 1", "750"});
  EXPECT_EQ(run(scripts::kRecordEra, {era, "r p n 0", "4"}).integer, 1);
  for (const char* name : {"era", "own:1", "own:3", "nodes", "about"}) {
    EXPECT_GT(life(name), kDay - 60) << name;
  }
}

TEST_F(FleetScriptsTest, AJobThatIsBegunAnewLasts) {
  ASSERT_EQ(begin("a", true), "ok");
  run(scripts::kBeat, {"3000", "n", "running 1", "750"});
  (void)ask({"XADD", key("dead"), "*", "v", "1"});
  const std::string era = text({"GET", key("era")});
  ASSERT_EQ(run(scripts::kTake, {era, "1", "n/1:1", "3000", "0"}).integer, 1);
  ASSERT_EQ(run(scripts::kEnd, {"a"}).integer, 1);
  ASSERT_EQ(begin("b", true), "ok");
  for (const char* name : {"job", "era", "own:0", "own:2", "own:3", "nodes", "about", "dead"}) {
    EXPECT_EQ(life(name), -1) << name;
  }
  EXPECT_EQ(text({"GET", key("era")}), era);
  EXPECT_GE(life("own:1"), 0) << "whoever has it may be gone";
  EXPECT_LE(life("own:1"), 3);
  EXPECT_EQ(run(scripts::kGiveBack, {"1", "n/1:1"}).integer, 1);
  EXPECT_EQ(life("own:1"), -1);
}

/// Its folder was removed, say, and nothing else would ever end it.
TEST_F(FleetScriptsTest, AJobGoesToTheSameFolderMadeAnewOnceItsDriverIsGone) {
  ASSERT_EQ(begin_at("m:/srv", "a", true).text_at(0), "ok");
  send(1);
  (void)ask({"XADD", key("res"), "*", "v", "1"});
  const std::string era = text({"GET", key("era")});
  ASSERT_EQ(run(scripts::kTake, {era, "1", "n/1:1", "3000", "0"}).integer, 1);
  const RedisReply taken = begin_at("m:/srv", "b", true);
  EXPECT_EQ(taken.text_at(0), "taken") << "its driver may live";
  EXPECT_EQ(taken.text_at(1), "m:/srv");
  EXPECT_LT(taken.elements.at(2).integer, 4000);
  EXPECT_EQ(taken.elements.at(3).integer, 4000);
  const auto silent_for = [this](std::int64_t ms) {
    const RedisReply now = ask({"TIME"}).reply;
    (void)ask({"HSET", key("job"), "seen_ms",
               std::to_string(std::stoll(now.elements.at(0).text) * 1000 - ms)});
  };
  silent_for(10'000);
  EXPECT_EQ(begin_at("n:/srv", "b", true).text_at(0), "taken") << "it is another machine's";
  silent_for(1000);
  EXPECT_EQ(run(scripts::kDriverSign, {"b"}).integer, 0);
  EXPECT_EQ(begin_at("m:/srv", "b", true).text_at(0), "taken");
  silent_for(10'000);
  EXPECT_EQ(run(scripts::kDriverSign, {"a"}).integer, 1);
  EXPECT_EQ(begin_at("m:/srv", "b", true).text_at(0), "taken") << "it gave a sign of life";
  (void)ask({"HDEL", key("job"), "seen_ms"});
  EXPECT_EQ(begin_at("m:/srv", "b", true).text_at(0), "taken") << "nothing is known of it";
  EXPECT_EQ(number({"XLEN", key("p:0")}), 1);
  silent_for(10'000);
  const RedisReply begun = begin_at("m:/srv", "b", true);
  EXPECT_EQ(begun.text_at(0), "ok");
  EXPECT_EQ(begun.elements.at(2).integer, 1);
  EXPECT_EQ(text({"HGET", key("job"), "after"}), "") << "its nodes are to be told";
  EXPECT_EQ(text({"HGET", key("job"), "id"}), "b");
  EXPECT_EQ(number({"XLEN", key("p:0")}), 0);
  EXPECT_EQ(number({"XLEN", key("res")}), 0);
  EXPECT_EQ(text({"GET", key("era")}), era);
  EXPECT_EQ(text({"GET", key("own:1")}), "n/1:1") << "whoever has it may still work";
  EXPECT_EQ(run(scripts::kDriverSign, {"a"}).integer, 0) << "it is another's now";
  EXPECT_EQ(begin_at("m:/srv", "b", false).elements.at(2).integer, 0);
  ASSERT_EQ(run(scripts::kEnd, {"b"}).integer, 1);
  ASSERT_EQ(begin("c", true), "ok");
  ASSERT_EQ(begin("c", false), "ok");
  EXPECT_EQ(text({"HGET", key("job"), "after"}), "b") << "whose nodes have done their part";
}

TEST_F(FleetScriptsTest, AHostIsSpreadWhereNoLinkIsLeft) {
  ASSERT_EQ(begin("a", true), "ok");
  send(1);  // in partition 0
  const auto spread = [this] { return text({"HGET", key("job"), "spread"}); };
  EXPECT_EQ(run(scripts::kSpread, {"b", "x.test=4"}).integer, 0) << "it is another's";
  EXPECT_EQ(run(scripts::kSpread, {"a", "x.test=4", "1", "0"}).integer, 2);
  EXPECT_EQ(spread(), "");
  EXPECT_EQ(run(scripts::kSpread, {"a", "x.test=4", "1", "2"}).integer, 1);
  EXPECT_EQ(spread(), "x.test=4");
}

/// It has no share, and is shown as silent until it is forgotten.
TEST_F(FleetScriptsTest, ANodeThatIsSilentIsNotCounted) {
  ASSERT_EQ(begin("a", true), "ok");
  const auto beat = [this](const std::string& node) {
    std::vector<std::string> names;
    const RedisReply reply = run(scripts::kBeat, {"60000", node, "running 1", "30000"});
    for (const RedisReply& name : reply.elements.at(1).elements) names.push_back(name.text);
    std::ranges::sort(names);
    return names;
  };
  (void)beat("mute");
  (void)beat("gone");
  EXPECT_EQ(beat("n"), (std::vector<std::string>{"gone", "mute", "n"}));
  (void)ask({"ZINCRBY", key("nodes"), "-40000", "mute"});
  (void)ask({"ZINCRBY", key("nodes"), "-70000", "gone"});
  EXPECT_EQ(beat("n"), std::vector<std::string>{"n"});
  EXPECT_EQ(number({"ZCARD", key("nodes")}), 2);
  EXPECT_EQ(number({"HEXISTS", key("about"), "mute"}), 1);
  EXPECT_EQ(number({"HEXISTS", key("about"), "gone"}), 0);
  EXPECT_EQ(beat("mute"), (std::vector<std::string>{"mute", "n"}));
}

/// None but a birth says that nobody can have a lease.
TEST_F(FleetScriptsTest, WhatHasGoneOfADoneJobCountsAsLost) {
  ASSERT_EQ(begin("a", true), "ok");
  ASSERT_EQ(run(scripts::kEnd, {"a"}).integer, 1);
  (void)ask({"DEL", key("era"), key("own:0"), key("own:1"), key("own:2")});
  ASSERT_EQ(begin("b", true), "ok");
  const RedisReply look = run(scripts::kLook, {"4"});
  EXPECT_EQ(look.text_at(2), "") << "no era";
  EXPECT_EQ(look.text_at(3), "0001");
}

TEST_F(FleetScriptsTest, AJobThatHasGoneIsForgotten) {
  const auto jobs = [this] {
    return ask({"EVAL", std::string(scripts::kJobs), "0", "ff:jobs"}).reply;
  };
  ASSERT_EQ(begin("a", true), "ok");
  EXPECT_EQ(jobs().text_at(0), "j");
  EXPECT_EQ(jobs().text_at(1), "running");
  EXPECT_LT(jobs().elements.at(2).integer, 60'000);
  EXPECT_GE(jobs().elements.at(2).integer, 0);
  (void)ask({"HSET", key("job"), "seen_ms", "1000"});
  EXPECT_GT(jobs().elements.at(2).integer, 60'000) << "its driver is silent";
  (void)ask({"HDEL", key("job"), "seen_ms"});
  EXPECT_EQ(jobs().elements.at(2).integer, -1);
  (void)ask({"DEL", key("job")});
  EXPECT_TRUE(jobs().elements.empty());
  EXPECT_EQ(number({"EXISTS", "ff:jobs"}), 0);
}

TEST_F(FleetScriptsTest, AConsumerThatHasNothingIsForgotten) {
  ASSERT_EQ(begin("a", true), "ok");
  send(6);
  const auto first = read("n/1", 2, "-", false).entries;
  EXPECT_EQ(first.size(), 2u);
  EXPECT_EQ(read("n/2", 1, "-", true).entries.size(), 1u);
  EXPECT_EQ(consumers(), (Consumers{{"n/1", 1}, {"n/2", 1}})) << "it is not read to the end";
  EXPECT_EQ(read("n/3", 10, "-", false).entries.size(), 2u);
  EXPECT_EQ(consumers(), (Consumers{{"n/3", 2}})) << "what they had is another's";

  // Handed back: not while it has links.
  EXPECT_EQ(run(scripts::kGiveBack, {"0", "n/3:1"}).integer, 1);
  EXPECT_EQ(consumers(), (Consumers{{"n/3", 2}}));
  EXPECT_EQ(read("n/3", 10, "", false).entries.size(), 4u);
  run(scripts::kAcquit, {"a", "0", first[0], "n/3", "0", "0", first[1], "n/3", "0"});
  EXPECT_EQ(consumers(), (Consumers{{"n/3", 4}, {"-", 2}}));
  for (const RedisReply& one :
       ask({"XPENDING", key("p:0"), "g", "-", "+", "9", "n/3"}).reply.elements) {
    const std::string entry(one.text_at(0));
    EXPECT_TRUE(is_put(scripts::kReport, entry, "n/3:1"));
  }
  EXPECT_EQ(consumers(), (Consumers{{"n/3", 0}, {"-", 2}}));
  EXPECT_EQ(run(scripts::kGiveBack, {"0", "n/3:1"}).integer, 1);
  EXPECT_EQ(consumers(), (Consumers{{"-", 2}}));

  // Of a partition that has no links any more, too.
  EXPECT_EQ(read("n/4", 10, "-", false).entries.size(), 2u);
  for (const std::string& entry : first) {
    EXPECT_TRUE(is_put(scripts::kReport, entry, "n/4:1"));
  }
  EXPECT_EQ(consumers(), (Consumers{{"n/4", 0}}));
  (void)read("n/5", 10, "-", true);
  EXPECT_EQ(consumers(), Consumers());
}

TEST_F(FleetScriptsTest, WhatOthersHadIsReadInPages) {
  ASSERT_EQ(begin("a", true), "ok");
  send(7);
  const auto had = read("n/1", 7, "-", false).entries;
  send(1);
  std::vector<std::string> got, pages;
  for (std::string cursor = "-"; !cursor.empty() && pages.size() < 9;) {
    const Read page = read("n/2", 3, cursor, true);
    got.insert(got.end(), page.entries.begin(), page.entries.end());
    pages.push_back(cursor);
    cursor = page.cursor;
  }
  EXPECT_EQ(pages, (std::vector<std::string>{"-", "(" + got.at(2), "(" + got.at(5)}));
  EXPECT_EQ(got, had) << "each once, and none that is new";
  EXPECT_EQ(read("n/2", 3, "", true).entries.size(), 1u) << "which follows";
}

TEST_F(FleetScriptsTest, APageOfSuspectsIsNotTheLast) {
  ASSERT_EQ(begin("a", true), "ok");
  send(5);
  const auto had = read("n/1", 4, "-", false).entries;
  for (int i = 0; i < 2; ++i) blame("n/1", had.at(i), 2);
  const Read first = read("n/2", 2, "-", true);
  EXPECT_TRUE(first.entries.empty());
  EXPECT_EQ(first.suspects, (std::vector<std::string>{had[0], had[1]}));
  const Read second = read("n/2", 2, first.cursor, true);
  EXPECT_EQ(second.entries, (std::vector<std::string>{had[2], had[3]}));
  EXPECT_EQ(consumers(), (Consumers{{"n/1", 2}, {"n/2", 2}})) << "they wait with whoever is gone";
}

/// It was on its way, and its link waited to be tried apart from others, or to be given up.
TEST_F(FleetScriptsTest, ASuspectWhoseResultComesIsNotTried) {
  ASSERT_EQ(begin("a", true), "ok");
  send(3);
  const auto had = read("n/1", 3, "-", false).entries;
  for (const std::string& entry : had) blame("n/1", entry, 5);
  EXPECT_EQ(read("n/2", 9, "-", true).suspects, had);
  EXPECT_TRUE(is_put(scripts::kReport, had[0], "-"));
  const RedisReply suspects =
      run(scripts::kReadSuspects, {"a", "n/2", "0", "n/2:1", "1", had[0], had[1], had[2]});
  ASSERT_EQ(suspects.elements.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(suspects.elements[i].elements.at(0).integer, 5) << "are gone";
    EXPECT_EQ(suspects.elements[i].elements.at(1).text_at(0), had[i + 1]);
  }
  EXPECT_TRUE(is_put(scripts::kReport, had[1], "-"));
  EXPECT_FALSE(is_put(scripts::kBury, had[1], "n/2:1"));
  EXPECT_FALSE(is_put(scripts::kBury, had[2], "n/9:1")) << "no lease";
  EXPECT_EQ(number({"XLEN", key("dead")}), 0);
  EXPECT_TRUE(is_put(scripts::kBury, had[2], "n/2:1"));
  EXPECT_EQ(number({"XLEN", key("dead")}), 1);
  EXPECT_EQ(number({"XLEN", key("res")}), 3);
  EXPECT_EQ(number({"XLEN", key("p:0")}), 0);
}

/// Of whoever has it, as of a lease that is over, only where that is still the link's place.
TEST_F(FleetScriptsTest, AFileIsReportedThoughRedisHasLostItsLink) {
  ASSERT_EQ(begin("a", true), "ok");
  send(2);
  const auto had = read("n/1", 2, "-", false).entries;
  (void)ask({"XDEL", key("p:0"), had.at(0)});
  (void)ask({"XACK", key("p:0"), "g", had.at(0)});
  EXPECT_FALSE(is_put(scripts::kReport, had[0], "n/1:1")) << "that it failed, somebody else says";
  EXPECT_FALSE(is_put(scripts::kBury, had[0], "n/1:1"));
  EXPECT_TRUE(is_put(scripts::kReport, had[0], "-"));
  EXPECT_TRUE(is_put(scripts::kReport, had[0], "-")) << "the first one may be lost, too";
  EXPECT_EQ(life("res"), -1);
  (void)ask({"DEL", key("own:0")});
  EXPECT_TRUE(is_put(scripts::kReport, had[0], "n/1:1")) << "neither lease nor link is there";
  EXPECT_FALSE(is_put(scripts::kReport, had[1], "n/1:1")) << "the link is";
  (void)ask({"SET", key("own:0"), "-"});
  EXPECT_TRUE(is_put(scripts::kReport, had[0], "n/1:1")) << "as a closed era marks it";
  (void)ask({"SET", key("own:0"), "n/1:1"});
  const RedisReply both = run(scripts::kReport, {"a", "0", had[1], "n/9:1", "2", "v", "1",  //
                                                 "0", had[1], "n/1:1", "2", "v", "2"});
  EXPECT_EQ(both.text_at(0), "");
  EXPECT_NE(both.text_at(1), "");

  (void)ask({"FLUSHALL"});
  EXPECT_TRUE(is_put(scripts::kReport, had[1], "-")) << "before its driver knows";
  EXPECT_GT(life("res"), kDay - 60) << "there may be no driver";
  ASSERT_EQ(begin("a", false), "ok");
  EXPECT_EQ(life("res"), -1);
  EXPECT_EQ(number({"XLEN", key("res")}), 1);
  (void)ask({"DEL", key("job")});
  ASSERT_EQ(begin("b", true), "ok");
  EXPECT_EQ(number({"XLEN", key("res")}), 0) << "it was another job's";
  ASSERT_EQ(run(scripts::kEnd, {"b"}).integer, 1);
  ASSERT_EQ(begin("a", true), "ok");
  send(2);
  const auto back = ask({"XRANGE", key("p:0"), "-", "+"}).reply.elements;
  EXPECT_TRUE(is_put(scripts::kReport, std::string(back.at(0).text_at(0)), "-"));
  EXPECT_EQ(number({"XLEN", key("p:0")}), 1) << "that it was delivered is forgotten";
  (void)ask({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_TRUE(is_put(scripts::kReport, "1-1", "n/1:1")) << "others wait behind it";
  (void)ask({"CONFIG", "SET", "maxmemory", "0"});

  ASSERT_EQ(run(scripts::kEnd, {"a"}).integer, 1);
  EXPECT_FALSE(is_put(scripts::kReport, had[1], "-")) << "nobody would remove it";
  EXPECT_EQ(life("res"), -2);
}

TEST_F(FleetScriptsTest, AResultIsPutAgainWhereItIsLost) {
  ASSERT_EQ(begin("a", true), "ok");
  send(3);
  const auto had = read("n/1", 3, "-", false).entries;
  const auto put = [&](const std::string& entry, const std::string& was, const std::string& value,
                       const std::string& job = "a") {
    return std::string(
        run(scripts::kReportAgain, {job, "0", entry, was, "4", "v", "1", "i", value}).text_at(0));
  };
  const auto results = [this] { return number({"XLEN", key("res")}); };
  const std::string one(
      run(scripts::kReport, {"a", "0", had.at(0), "-", "4", "v", "1", "i", "x"}).text_at(0));
  EXPECT_EQ(put(had[0], one, "x"), one) << "it is there";
  EXPECT_EQ(results(), 1);
  EXPECT_NE(put(had[0], one, "y"), one) << "another one is called so";
  EXPECT_EQ(results(), 2);
  (void)ask({"DEL", key("res")});
  const std::string again = put(had[0], one, "x");
  EXPECT_NE(again, "");
  EXPECT_EQ(put(had[0], again, "x"), again);
  EXPECT_EQ(results(), 1);
  EXPECT_EQ(number({"XLEN", key("p:0")}), 2);
  EXPECT_NE(put(had[1], one, "z"), "") << "its link is back, as the end of a log was lost";
  EXPECT_EQ(number({"XLEN", key("p:0")}), 1);
  EXPECT_EQ(consumers(), (Consumers{{"n/1", 1}}));
  EXPECT_EQ(put(had[2], one, "z", "b"), "") << "of another job";
  EXPECT_EQ(number({"XLEN", key("p:0")}), 1);
  (void)ask({"DEL", key("job")});
  EXPECT_NE(put(had[0], one, "z"), "");
  EXPECT_GT(life("res"), kDay - 60);
}

TEST_F(FleetScriptsTest, WhatNodesHaveReportedIsAskedForOnceAllWasLost) {
  ASSERT_EQ(begin("a", true), "ok");
  const std::string born = text({"HGET", key("job"), "born"});
  ASSERT_NE(born, "");
  const auto first = [this] {
    return std::string(run(scripts::kBeat, {"3000", "n", "running 1", "750"}).text_at(3));
  };
  EXPECT_EQ(first(), "");
  const std::string one = text({"XADD", key("res"), "*", "v", "1"});
  const std::string two = text({"XADD", key("res"), "*", "v", "2"});
  EXPECT_EQ(first(), one);
  (void)ask({"XDEL", key("res"), one});
  EXPECT_EQ(first(), two);
  (void)ask({"SET", key("res"), "something else"});
  EXPECT_EQ(first(), "0-0") << "which is not that there is none";
  (void)ask({"DEL", key("res")});

  const auto is_born_again = [&] { return text({"HGET", key("job"), "born"}) != born; };
  ASSERT_EQ(begin("a", false), "ok");
  EXPECT_FALSE(is_born_again()) << "another run of its driver: nothing is lost";
  (void)ask({"FLUSHALL"});
  ASSERT_EQ(begin("a", false), "ok");
  EXPECT_TRUE(is_born_again());
}

/// Of nodes and drivers that have not heard that another job has the name.
TEST_F(FleetScriptsTest, NothingIsDoneForAJobThatLostItsName) {
  ASSERT_EQ(begin("a", true), "ok");
  send(2);
  const auto had = read("n/1", 1, "-", false).entries;
  (void)ask({"HSET", key("job"), "id", "b"});
  EXPECT_TRUE(read("n/1", 2, "", false).entries.empty());
  EXPECT_TRUE(
      run(scripts::kReadSuspects, {"a", "n/1", "0", "n/1:1", "0", had.at(0)}).elements.empty());
  for (const auto& script :
       {std::string_view(scripts::kReport), std::string_view(scripts::kBury)}) {
    EXPECT_FALSE(is_put(script, had[0], "n/1:1"));
  }
  EXPECT_FALSE(is_put(scripts::kReport, had[0], "-"));
  run(scripts::kAcquit, {"a", "0", had[0], "n/1", "0"});
  run(scripts::kDrop, {"a", "0", had[0], "because"});
  EXPECT_EQ(consumers(), (Consumers{{"n/1", 1}}));
  send(1);
  EXPECT_EQ(number({"XLEN", key("p:0")}), 2);
  EXPECT_EQ(number({"XLEN", key("res")}), 0);
  EXPECT_TRUE(is_put(scripts::kReport, had[0], "n/1:1", "b"));
}

}  // namespace
}  // namespace fanfetch::system
