#include "coordinator/run_end.h"

#include <gtest/gtest.h>

#include "coordinator/process/exit_status.h"

namespace fanfetch {
namespace {

TEST(ExitStatus, WhatIsGraverGoesFirst) {
  Tally tally;
  RunTrouble trouble;
  EXPECT_EQ(exit_status(trouble, tally, {}), kExitSuccess) << "an empty list";
  tally.add({.status = Status::failed, .error = ErrorClass::tls});
  EXPECT_EQ(exit_status(trouble, tally, {.count = 1}), kExitSuccess);
  EXPECT_EQ(exit_status(trouble, tally, {.count = 0}), kExitLinksFailed);
  trouble.list_failed = true;
  EXPECT_EQ(exit_status(trouble, tally, {}), kExitListFailed);
  trouble.output = "full";
  EXPECT_EQ(exit_status(trouble, tally, {}), kExitOutput);
  trouble.workers = "none";
  EXPECT_EQ(exit_status(trouble, tally, {}), kExitConfiguration);
}

}  // namespace
}  // namespace fanfetch
