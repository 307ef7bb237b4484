#include "coordinator/commands/top/top_model.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1000s};

ReadAnswer holds(std::vector<SettingLine> settings) {
  ReadAnswer answer;
  answer.ok = true;
  answer.settings = std::move(settings);
  return answer;
}

std::string names(const TopModel& model) {
  std::string all;
  for (const TopHost& host : model.hosts()) all += host.host;
  return all;
}

template <class Kind>
const Kind* request_as(const std::optional<Request>& request) {
  return request ? std::get_if<Kind>(&*request) : nullptr;
}

/// `NAME=VALUE` that a key sets; empty: none.
std::string set_by(TopModel& model, int key) {
  const auto request = model.on_key(key);
  const auto* set = request_as<SetRequest>(request);
  return set == nullptr ? "" : set->values.at(0).name + '=' + set->values.at(0).value;
}

TEST(TopModel, KeysSortTheHosts) {
  TopModel model("downloads");
  const auto hosts = [](std::uint64_t bytes_of_c) {
    return std::vector<TopHost>{{.host = "a", .in_flight = 9},
                                {.host = "b", .in_flight = 1, .failed = 5},
                                {.host = "c", .in_flight = 3, .bytes = bytes_of_c},
                                {.host = "d", .state = "paused", .paused_for = 60'000ms},
                                {.host = "e", .state = "paused", .paused_for = 90'000ms}};
  };
  model.on_hosts(hosts(1000), kStart);
  EXPECT_EQ("acbde", names(model));
  model.on_hosts(hosts(5000), kStart + 2s);
  EXPECT_EQ(std::nullopt, model.on_key('r'));
  EXPECT_EQ("cabde", names(model)) << "only c has brought something";
  EXPECT_EQ(2000, model.hosts()[0].bytes_per_second);
  EXPECT_EQ(std::nullopt, model.on_key('e'));
  EXPECT_EQ("bacde", names(model));
  EXPECT_EQ(std::nullopt, model.on_key('w'));
  EXPECT_EQ("edabc", names(model));
  model.on_hosts(hosts(5000), kStart + 3s);
  EXPECT_EQ("edabc", names(model)) << "the order stays";
  EXPECT_EQ(std::nullopt, model.on_key('i'));
  EXPECT_EQ("acbde", names(model));
}

TEST(TopModel, ARateIsOfTwoAnswersAboutOneHost) {
  TopModel model("downloads");
  model.on_hosts({{.host = "a", .bytes = 5'000}}, kStart);
  EXPECT_EQ(0, model.hosts()[0].bytes_per_second) << "nothing is known yet";
  model.on_hosts({{.host = "a", .bytes = 4'000}}, kStart + 1s);
  EXPECT_EQ(0, model.hosts()[0].bytes_per_second) << "the run had forgotten it";
  model.on_hosts({{.host = "a", .bytes = 9'000}}, kStart + 1s);
  EXPECT_EQ(0, model.hosts()[0].bytes_per_second) << "no time has passed";
}

TEST(TopModel, PauseIsASwitch) {
  TopModel model("downloads");
  model.on_status({.state = "running"});
  EXPECT_NE(nullptr, request_as<PauseRequest>(model.on_key('p')));
  model.on_status({.state = "paused"});
  EXPECT_NE(nullptr, request_as<ResumeRequest>(model.on_key('p')));
}

TEST(TopModel, JobsGoUpAndDown) {
  TopModel model("downloads");
  EXPECT_EQ("", set_by(model, '+')) << "the run has not said what holds";
  const struct {
    const char* now;
    const char* more;
    const char* fewer;
  } cases[] = {
      {"1", "jobs=2", ""},          {"2", "jobs=3", "jobs=1"},
      {"15", "jobs=16", "jobs=14"}, {"16", "jobs=24", "jobs=15"},
      {"56", "jobs=64", "jobs=48"}, {"60", "jobs=64", "jobs=52"},
      {"64", "", "jobs=56"},        {"none", "", ""},
  };
  for (const auto& one : cases) {
    model.on_answer(holds({{"limit-rate", "off", "off"}, {"jobs", one.now, "64"}}), false);
    EXPECT_EQ(one.more, set_by(model, '+')) << one.now;
    EXPECT_EQ(one.fewer, set_by(model, '-')) << one.now;
  }
}

TEST(TopModel, ALimitIsTyped) {
  TopModel model("downloads");
  EXPECT_EQ("", set_by(model, 'l'));
  EXPECT_EQ("", model.typed());
  for (const int key :
       {int{'5'}, int{'2'}, top_key::kBackspace, int{'0'}, int{'q'}, top_key::kBackspace}) {
    EXPECT_EQ("", set_by(model, key));
  }
  EXPECT_FALSE(model.quits()) << "a letter is a letter";
  EXPECT_EQ("50", model.typed());
  EXPECT_EQ("", set_by(model, 'K'));
  EXPECT_EQ("limit-rate=50K", set_by(model, top_key::kEnter));
  EXPECT_EQ(std::nullopt, model.typed());
  EXPECT_EQ("", set_by(model, 'l'));
  EXPECT_EQ("", set_by(model, top_key::kBackspace));
  EXPECT_EQ("", set_by(model, '1'));
  EXPECT_EQ("", set_by(model, top_key::kEscape));
  EXPECT_EQ(std::nullopt, model.typed());
  EXPECT_EQ("", set_by(model, 'l'));
  EXPECT_EQ("", set_by(model, top_key::kEnter)) << "nothing was typed";
  EXPECT_EQ(std::nullopt, model.typed());
}

TEST(TopModel, SaysWhatCameOfAKey) {
  TopModel model("downloads");
  ReadAnswer refusal;
  refusal.message = "jobs: '0' is not a number from 1 to 4096";
  model.on_answer(refusal, true);
  EXPECT_EQ(refusal.message, model.message());
  EXPECT_EQ(std::nullopt, model.on_key('i'));
  EXPECT_EQ("", model.message()) << "until the next key";
  model.on_answer(holds({}), true);
  EXPECT_EQ("it is so already", model.message());
  model.on_answer(refusal, false);
  EXPECT_EQ("it is so already", model.message());
}

TEST(TopModel, QuitsTheViewAlone) {
  TopModel model("downloads");
  EXPECT_EQ(std::nullopt, model.on_key('q'));
  EXPECT_TRUE(model.quits());
}

TEST(TopModel, HistoryIsBounded) {
  TopModel model("downloads");
  for (int i = 0; i < 1000; ++i) model.on_status({.bytes_per_second = static_cast<double>(i)});
  EXPECT_EQ(TopModel::kHistory, model.history().size());
  EXPECT_EQ(999, model.history().back());
}

}  // namespace
}  // namespace fanfetch
