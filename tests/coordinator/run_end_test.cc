#include "coordinator/run_end.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>

#include "coordinator/ledger/open_ledger.h"
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
  EXPECT_EQ(exit_status(trouble, tally, {}), kExitUnable);
}

/// Neither the list nor the folder is at fault.
TEST(ExitStatus, AShortageIsTheMachines) {
  RunTrouble trouble{.list_short = true, .list_failed = true};
  EXPECT_EQ(exit_status(trouble, {}, {}), kExitUnable);
  trouble = {.output = "cannot write: Too many open files"};
  EXPECT_EQ(exit_status(trouble, {}, {}), kExitUnable);
  const auto errors = closing_errors(trouble, Stage::finishing, 0, 0);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].npos, errors[0].find("raise ulimit -n")) << errors[0];
  trouble = {.output = "cannot write: Permission denied"};
  EXPECT_EQ(exit_status(trouble, {}, {}), kExitOutput);
}

TEST(ResultsError, AReaderOfStdoutThatLeftEndsTheRunLikeASigpipe) {
  RunTrouble trouble;
  note_results_error(trouble, 0, true);
  EXPECT_EQ(trouble.signal, 0);
  note_results_error(trouble, EPIPE, true);
  EXPECT_EQ(trouble.signal, SIGPIPE);
  EXPECT_FALSE(trouble.output);
}

TEST(ResultsError, ASignalThatCameFirstStays) {
  RunTrouble trouble{.signal = SIGINT};
  note_results_error(trouble, EPIPE, true);
  EXPECT_EQ(trouble.signal, SIGINT);
}

TEST(ResultsError, AFileThatCannotBeWrittenIsTroubleWithTheOutput) {
  RunTrouble trouble;
  note_results_error(trouble, EPIPE, false);
  EXPECT_EQ(trouble.signal, 0);
  EXPECT_EQ(trouble.output, "cannot write the results: Broken pipe");
  note_results_error(trouble, ENOSPC, false);
  EXPECT_EQ(trouble.output, "cannot write the results: Broken pipe") << "the first reason stays";
}

TEST(ClosingErrors, SayWhatTheUserHasToDo) {
  RunTrouble trouble;
  EXPECT_TRUE(closing_errors(trouble, Stage::finishing, 0, 0).empty());
  trouble.workers = "no worker";
  trouble.output = "disk full";
  const auto errors = closing_errors(trouble, Stage::cut_off, 7, 0);
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].find("stopped early: 7 links"), 0u) << errors[0];
  EXPECT_EQ(errors[0].find("results"), errors[0].npos) << errors[0];
  EXPECT_EQ(errors[1], "no worker");
  EXPECT_EQ(errors[2], "disk full; mend that, then the same command goes on from here");
  trouble.output = fmt::format("no ledger{}", kMovedAside);
  EXPECT_EQ(closing_errors(trouble, Stage::cut_off, 7, 0)[2], *trouble.output)
      << "which says what to do";
}

TEST(ClosingErrors, CountRecordsThatNobodyReceived) {
  EXPECT_EQ(closing_errors({}, Stage::cut_off, 2, 5),
            std::vector<std::string>{"stopped early: 7 links that were done, begun or waiting have "
                                     "no record in the results, nor has what was not read of the "
                                     "list; the same command goes on from here"});
  EXPECT_EQ(closing_errors({}, Stage::finishing, 0, 5),
            std::vector<std::string>{"5 links that are done have no record in the results; the "
                                     "same command writes them again"});
}

}  // namespace
}  // namespace fanfetch
