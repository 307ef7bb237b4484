#include "coordinator/control/session.h"

#include <gtest/gtest.h>

#include "coordinator/control/request.h"
#include "tests/coordinator/control/fake_run.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1000s};

class SessionTest : public ::testing::Test {
 protected:
  std::string take() {
    std::string text(session_.unsent());
    session_.sent(text.size(), kStart);
    return text;
  }

  FakeRun run_;
  ControlSession session_{kStart};
};

TEST_F(SessionTest, ALineInPiecesIsOneRequest) {
  session_.received("{\"request\":", kStart);
  EXPECT_FALSE(session_.answer_next(run_));
  session_.received("\"pause\"}\n{\"req", kStart);
  EXPECT_TRUE(session_.answer_next(run_));
  EXPECT_EQ(run_.told.size(), 1u);
  EXPECT_FALSE(session_.unsent().empty());
}

TEST_F(SessionTest, TheNextRequestWaitsUntilTheAnswerIsTaken) {
  session_.received("{\"request\":\"pause\"}\n{\"request\":\"stop\"}\n", kStart);
  EXPECT_TRUE(session_.answer_next(run_));
  EXPECT_FALSE(session_.answer_next(run_));
  EXPECT_EQ(session_.room(), 0u) << "nor is more read";
  session_.sent(3, kStart);
  EXPECT_FALSE(session_.answer_next(run_));
  (void)take();
  EXPECT_GT(session_.room(), 0u);
  EXPECT_TRUE(session_.answer_next(run_));
  EXPECT_EQ(run_.told, (std::vector<std::string>{"pause", "stop"}));
}

TEST_F(SessionTest, ALineOfTheMostBytesIsTakenAndOneMoreEndsIt) {
  std::string line = R"({"request":"resume"})";
  line.append(kMaxRequestBytes - line.size(), ' ');
  session_.received(line, kStart);
  EXPECT_EQ(session_.room(), 1u);
  EXPECT_FALSE(session_.answer_next(run_));
  session_.received("\n", kStart);
  EXPECT_TRUE(session_.answer_next(run_));
  EXPECT_EQ(run_.told.size(), 1u);
  (void)take();
  EXPECT_FALSE(session_.is_over());

  session_.received(std::string(kMaxRequestBytes + 1, 'x'), kStart);
  EXPECT_EQ(session_.room(), 0u);
  EXPECT_TRUE(session_.answer_next(run_));
  EXPECT_FALSE(session_.is_over()) << "it is told first";
  EXPECT_NE(take().find("a request of more than 64 KiB"), std::string::npos);
  EXPECT_TRUE(session_.is_over());
  EXPECT_EQ(session_.room(), 0u);
}

TEST_F(SessionTest, OneThatIsRefusedGetsNothingElse) {
  session_.refuse("no\n");
  EXPECT_EQ(session_.room(), 0u);
  EXPECT_FALSE(session_.answer_next(run_));
  EXPECT_EQ(take(), "no\n");
  EXPECT_TRUE(session_.is_over());
}

TEST_F(SessionTest, SilenceIsBounded) {
  EXPECT_EQ(session_.due(), kStart + ControlSession::kSilence);
  session_.received("{\"requ", kStart + 20s);
  EXPECT_EQ(session_.due(), kStart + ControlSession::kSilence) << "a byte now and then is silence";
  session_.received("est\":\"status\"}\n", kStart + 25s);
  EXPECT_EQ(session_.due(), kStart + 25s + ControlSession::kSilence);
  EXPECT_TRUE(session_.answer_next(run_));
  EXPECT_EQ(session_.due(), kStart + 25s + ControlSession::kStall) << "to take its answer";
  session_.sent(1, kStart + 28s);
  EXPECT_EQ(session_.due(), kStart + 28s + ControlSession::kStall);
  session_.sent(0, kStart + 31s);
  EXPECT_EQ(session_.due(), kStart + 28s + ControlSession::kStall);
}

TEST_F(SessionTest, AnAnswerBeyondAllBoundsIsKeptForNobody) {
  run_.known_hosts.resize(kMostHosts);
  for (HostView& host : run_.known_hosts) host.host.assign(4000, 'x');
  session_.received("{\"request\":\"hosts\",\"most\":1000}\n", kStart);
  EXPECT_TRUE(session_.answer_next(run_));
  EXPECT_TRUE(session_.is_over());
}

}  // namespace
}  // namespace fanfetch
