#include "coordinator/process/exit.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

namespace fanfetch {
namespace {

using testing::internal::CaptureStderr;
using testing::internal::CaptureStdout;
using testing::internal::GetCapturedStderr;
using testing::internal::GetCapturedStdout;

TEST(Leave, AnErrorGoesToStderr) {
  CaptureStderr();
  EXPECT_EQ(leave(exit_with(kExitBusy, "another run\nholds the folder")), kExitBusy);
  EXPECT_EQ(GetCapturedStderr(), "fanfetch: another run\nholds the folder\n");
}

TEST(Leave, TheJournalIsToldThatItIsAnError) {
  testing::internal::CaptureStderr();
  struct stat file {};
  ASSERT_EQ(0, ::fstat(STDERR_FILENO, &file));
  ::setenv("JOURNAL_STREAM",
           (std::to_string(file.st_dev) + ':' + std::to_string(file.st_ino)).c_str(), 1);
  (void)leave(exit_with(kExitBusy, "another run\nholds the folder"));
  EXPECT_EQ(GetCapturedStderr(), "<3>fanfetch: another run\n<3>holds the folder\n");
  CaptureStderr();
  ::setenv("JOURNAL_STREAM", "1:1", 1);
  (void)leave(exit_with(kExitBusy, "x"));
  EXPECT_EQ(GetCapturedStderr(), "fanfetch: x\n") << "stderr leads elsewhere";
  ::unsetenv("JOURNAL_STREAM");
}

TEST(Leave, WhatWasAskedForGoesToStdout) {
  CaptureStdout();
  EXPECT_EQ(leave({kExitSuccess, "help\n\n  more…\n"}), kExitSuccess);
  EXPECT_EQ(GetCapturedStdout(), "help\n\n  more…\n");
}

TEST(Leave, NothingIsPrintedWhereNothingIsLeftToSay) {
  CaptureStderr();
  EXPECT_EQ(leave({.status = kExitLinksFailed}), kExitLinksFailed);
  EXPECT_EQ(GetCapturedStderr(), "");
}

TEST(Leave, NoTerminalIsSteered) {
  CaptureStderr();
  (void)leave(exit_with(kExitConfiguration, "no folder '\x1b[2J'"));
  EXPECT_EQ(GetCapturedStderr(), "fanfetch: no folder '\\x1b[2J'\n");
}

/// Whatever could not be done for it.
TEST(Leave, AShortageIsNotTheFoldersFault) {
  const Exit exit = exit_with(
      kExitOutput, "cannot write to 'o': Too many open files; choose another folder with -o");
  EXPECT_EQ(exit.status, kExitUnable);
  EXPECT_EQ(exit.text,
            "fanfetch: cannot write to 'o': Too many open files: raise ulimit -n, or lower --jobs "
            "and --workers\n");
  EXPECT_EQ(exit_with(kExitOutput, "cannot write to 'o': Permission denied").status, kExitOutput);
}

TEST(LeaveDeathTest, AReaderThatIsGoneEndsItBySigpipe) {
  const auto without_reader = [] {
    int ends[2];
    ASSERT_EQ(0, ::pipe(ends));
    ::close(ends[0]);
    ::dup2(ends[1], STDOUT_FILENO);
    ::signal(SIGPIPE, SIG_IGN);
    ::_exit(leave({kExitSuccess, "help\n"}));
  };
  EXPECT_EXIT(without_reader(), testing::KilledBySignal(SIGPIPE), "");
}

TEST(LeaveDeathTest, WhatCannotBePrintedIsNoSuccess) {
  const auto on_full_disk = [] {
    ::dup2(::open("/dev/full", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    ::_exit(leave({kExitSuccess, "help\n"}));
  };
  EXPECT_EXIT(on_full_disk(), testing::ExitedWithCode(kExitOutput), "");
}

}  // namespace
}  // namespace fanfetch
