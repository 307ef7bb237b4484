#include "coordinator/control/answer.h"

#include <gtest/gtest.h>

#include <limits>

#include "coordinator/control/answer_reader.h"
#include "coordinator/control/request.h"
#include "tests/coordinator/control/fake_run.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

class AnswerTest : public ::testing::Test {
 protected:
  std::string ask(const Request& request) {
    std::string line = request_line(request);
    line.pop_back();
    return answer(run_, line);
  }

  FakeRun run_;
};

TEST_F(AnswerTest, Status) {
  const std::string text = ask(StatusRequest{});
  EXPECT_TRUE(text.starts_with(R"({"schema":1,"ok":true,"run":3,"pid":42,)")) << text;
  EXPECT_NE(text.find(R"("state":"running","paused_ms":null,"saved":0,)"), text.npos) << text;
  EXPECT_NE(text.find(R"("received_bytes":0,"wasted_bytes":0,)"), text.npos) << text;
  EXPECT_NE(text.find(R"("total":null,)"), text.npos) << text;
  EXPECT_NE(text.find(R"("in_flight":5,"held":0,)"), text.npos) << text;
  EXPECT_TRUE(text.ends_with("}\n"));
  run_.state.state = "paused";
  run_.state.paused_for = 1500ms;
  run_.state.paused_until = WallTime(2s);
  run_.state.rate = "pause until 08:00";
  run_.state.live.paused = "paused until 08:00";
  EXPECT_NE(ask(StatusRequest{}).find(R"("state":"paused","paused_ms":1500)"), text.npos);
  EXPECT_NE(ask(StatusRequest{})
                .find(R"(, paused until 08:00, --limit-rate pause until 08:00",)"
                      R"("paused_until":"1970-01-01T00:00:02.000Z",)"
                      R"("limit_rate_holds":"pause until 08:00","fleet":null})"),
            text.npos)
      << ask(StatusRequest{});
}

TEST_F(AnswerTest, ADriverSaysWhoItsNodesAre) {
  run_.known_fleet.emplace().view.nodes = {{.name = "one", .partitions = 32}};
  const std::string text = ask(StatusRequest{});
  EXPECT_NE(text.find(R"("limit_rate_holds":null,"fleet":{"job":"",)"), text.npos) << text;
  EXPECT_NE(text.find(R"("nodes":[{"name":"one",)"), text.npos) << text;
  EXPECT_TRUE(read_answer(text)) << text;
}

TEST_F(AnswerTest, Hosts) {
  EXPECT_EQ(ask(HostsRequest{}), "{\"schema\":1,\"ok\":true,\"hosts\":[]}\n");
  run_.known_hosts = {{.host = "https://a.test:443",
                       .in_flight = 1,
                       .limit = 2,
                       .waiting = 3,
                       .done = 4,
                       .failed = 5,
                       .bytes = 6,
                       .state = HostView::State::paused,
                       .until = run_.time + 1500ms},
                      {.host = "b\xff\x1b"}};
  EXPECT_EQ(ask(HostsRequest{HostOrder::failed, 9}),
            R"({"schema":1,"ok":true,"hosts":[{"host":"https://a.test:443","in_flight":1,)"
            R"("limit":2,"waiting":3,"done":4,"failed":5,"bytes":6,"state":"paused",)"
            R"("paused_ms":1500},{"host":"b)"
            "\xef\xbf\xbd"
            R"(\u001B","in_flight":0,"limit":0,"waiting":0,)"
            R"("done":0,"failed":0,"bytes":0,"state":"open","paused_ms":null}]})"
            "\n");
  EXPECT_EQ(run_.asked_order, HostOrder::failed);
}

TEST_F(AnswerTest, Workers) {
  run_.known_workers = {{.number = 1,
                         .pid = 7,
                         .state = "serving",
                         .in_flight = 2,
                         .limit = 3,
                         .jobs_done = 4,
                         .bytes = 5},
                        {.number = 2, .state = "resting"}};
  EXPECT_EQ(ask(WorkersRequest{}),
            R"({"schema":1,"ok":true,"workers":[{"worker":1,"pid":7,"state":"serving",)"
            R"("in_flight":2,"limit":3,"done":4,"bytes":5},{"worker":2,"pid":null,)"
            R"("state":"resting","in_flight":0,"limit":0,"done":0,"bytes":0}]})"
            "\n");
}

TEST_F(AnswerTest, StatusHasWhatTheReportKnows) {
  LiveReport& live = run_.state.live;
  live.saved = 7;
  live.failed = 2;
  live.failed_by_class[static_cast<std::size_t>(ErrorClass::timeout)] = 2;
  live.bytes_per_second = 1234.56789;
  live.links_per_second = std::numeric_limits<double>::quiet_NaN();
  live.total = 10;
  live.time_left = 1500ms;
  const std::string text = ask(StatusRequest{});
  for (const char* part :
       {R"("saved":7,)", R"("failed_by_class":{"timeout":2},)", R"("bytes_per_second":1234.568,)",
        R"("total":10,"total_bytes":null,"time_left_ms":1500,)"}) {
    EXPECT_NE(text.find(part), text.npos) << part << text;
  }
  EXPECT_TRUE(read_answer(text)) << text;
}

TEST_F(AnswerTest, Failures) {
  run_.known_failures = {{.error = ErrorClass::http_4xx,
                          .http_status = 404,
                          .host = "a.test",
                          .url = "https://a.test/x",
                          .reason = "gone",
                          .stood = true},
                         {.error = ErrorClass::dns}};
  EXPECT_EQ(ask(FailuresRequest{1}),
            R"({"schema":1,"ok":true,"failures":[{"error":"http_4xx","http_status":404,)"
            R"("host":"a.test","url":"https://a.test/x","message":"gone","stood":true}]})"
            "\n");
}

TEST_F(AnswerTest, SetChangesAllOrNothing) {
  const auto good = read_answer(ask(SetRequest{{{"jobs", "8"}, {"rate", "5/s"}}}));
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->ok);
  EXPECT_TRUE(good->changed);
  ASSERT_EQ(good->settings.size(), 7u);
  EXPECT_EQ(good->settings[0], (SettingLine{"jobs", "8", "64"}));
  const auto bad = read_answer(ask(SetRequest{{{"jobs", "9"}, {"rate", "fast"}}}));
  ASSERT_TRUE(bad);
  EXPECT_FALSE(bad->ok);
  EXPECT_EQ(bad->error, "bad_value");
  EXPECT_TRUE(bad->message.starts_with("rate: 'fast' is not")) << bad->message;
  EXPECT_EQ(run_.now_holds.jobs, 8u);
  const auto looked = read_answer(ask(SetRequest{}));
  EXPECT_FALSE(looked->changed);
  EXPECT_EQ(looked->settings, good->settings);
  EXPECT_EQ(run_.told, Texts{"set jobs 8, rate 5/s"});
}

TEST_F(AnswerTest, PauseResumeAndStop) {
  EXPECT_EQ(ask(PauseRequest{2s}), "{\"schema\":1,\"ok\":true,\"changed\":true}\n");
  run_.heard = Heard::so_already;
  EXPECT_EQ(ask(PauseRequest{}), "{\"schema\":1,\"ok\":true,\"changed\":false}\n");
  (void)ask(ResumeRequest{});
  (void)ask(StopRequest{});
  EXPECT_EQ(run_.told, (Texts{"pause 2000", "pause", "resume", "stop"}));
}

TEST_F(AnswerTest, APauseOfSomebodyElseIsNotEndedHere) {
  run_.paused_elsewhere = "the driver pauses";
  EXPECT_EQ(ask(ResumeRequest{}),
            R"({"schema":1,"ok":false,"error":"paused_elsewhere","message":"the driver pauses"})"
            "\n");
}

TEST_F(AnswerTest, ARunThatEndsIsNotSteered) {
  run_.state.state = "ending";
  for (const Request& request :
       {Request(SetRequest{{{"jobs", "1"}}}), Request(PauseRequest{}), Request(ResumeRequest{})}) {
    EXPECT_EQ(ask(request),
              R"({"schema":1,"ok":false,"error":"ending","message":"the run is ending"})"
              "\n");
  }
  EXPECT_TRUE(read_answer(ask(SetRequest{}))->ok) << "but looked at";
  EXPECT_EQ(run_.told, Texts{});
}

TEST_F(AnswerTest, WhatIsNoRequestIsRefused) {
  EXPECT_EQ(answer(run_, "hello"),
            R"({"schema":1,"ok":false,"error":"bad_request","message":"it is not a JSON object"})"
            "\n");
}

TEST(ReadAnswer, TakesWhatIsUnderstood) {
  EXPECT_FALSE(read_answer("hello"));
  EXPECT_FALSE(read_answer("[]"));
  EXPECT_FALSE(read_answer("{}"));
  const auto odd = read_answer(R"({"ok":1,"error":2,"settings":[3,{"name":"a"}],"new":[]})");
  ASSERT_TRUE(odd);
  EXPECT_FALSE(odd->ok);
  EXPECT_EQ(odd->settings, (std::vector<SettingLine>{{"a", "", ""}}));
}

}  // namespace
}  // namespace fanfetch
