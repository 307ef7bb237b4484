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
    console.bar("1/2\x1b[2J");
    console.line("news");
    console.clear_bar();
  }
  EXPECT_EQ(GetCapturedStderr(),
            "\r\x1b[K1/2\\x1b[2J"
            "\r\x1b[Knews\n1/2\\x1b[2J"
            "\r\x1b[K");
}

TEST(Console, NobodyHasToReadAnEndlessLine) {
  CaptureStderr();
  Console().line(std::string(1'000'000, 'x'));
  EXPECT_LT(GetCapturedStderr().size(), 10'000u);
}

}  // namespace
}  // namespace fanfetch
