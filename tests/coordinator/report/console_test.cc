#include "coordinator/report/console.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

TEST(Console, NoLineSteersATerminal) {
  CaptureStderr();
  Console().line("a\x1b]0;owned\x07\nb\xc2\x9b\xe2\x80\xae\r");
  EXPECT_EQ(GetCapturedStderr(), "a\\x1b]0;owned\\x07\\nb\\u009b\\u202e\\r\n");
}

TEST(Console, ItsBarIsRedrawnBelowEachLineAndSteersNothingElse) {
  CaptureStderr();
  {
    Console console;
    console.bar({{"1/2\x1b[2J"}});
    console.line("news");
    console.clear_bar();
  }
  EXPECT_EQ(GetCapturedStderr(),
            "\r\x1b[K1/2\\x1b[2J"
            "\r\x1b[Knews\n1/2\\x1b[2J"
            "\r\x1b[K");
}

TEST(Console, OnlyItsOwnColoursReachATerminal) {
  CaptureStderr();
  {
    Console console(Look{.redraws = true, .colour = true});
    console.line({{"bad\x1b[5m", Ink::bad}, {" a\x1b[7m"}}, Level::warning, When::now);
    console.bar({{"=", Ink::good}, {"]"}});
  }
  EXPECT_EQ(GetCapturedStderr(),
            "\x1b[31mbad\\x1b[5m\x1b[0m a\\x1b[7m\n"
            "\r\x1b[K\x1b[32m=\x1b[0m]");
}

TEST(Console, WithoutColourThereIsNone) {
  CaptureStderr();
  Console(Look{.redraws = true}).line({{"bad", Ink::bad}, {" a"}}, Level::warning, When::now);
  EXPECT_EQ(GetCapturedStderr(), "bad a\n");
}

TEST(Console, LinesForTheJournalHaveTheirPriority) {
  CaptureStderr();
  Console console(Look{.stamp = Look::Stamp::priority});
  console.line("a");
  console.line("b", Level::error, When::now);
  EXPECT_EQ(GetCapturedStderr(), "<6>a\n<3>b\n");
}

TEST(Console, ElsewhereWhatHappensNowHasItsTime) {
  CaptureStderr();
  Console console(Look{.stamp = Look::Stamp::time});
  console.line("a", Level::notice, When::now);
  console.line("b");
  const std::string err = GetCapturedStderr();
  EXPECT_EQ(err.find("Z a\nb\n"), 19u) << err;
}

TEST(Console, NobodyHasToReadAnEndlessLine) {
  CaptureStderr();
  Console().line(std::string(1'000'000, 'x'));
  EXPECT_LT(GetCapturedStderr().size(), 10'000u);
}

}  // namespace
}  // namespace fanfetch
