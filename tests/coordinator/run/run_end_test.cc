#include "coordinator/run/run_end.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>
#include <iterator>

#include "coordinator/ledger/open_ledger.h"
#include "coordinator/process/exit_status.h"

namespace fanfetch {
namespace {

AskedEnd asked(EndReason reason) { return {reason, "a limit is reached"}; }

/// What ends runs, in the order of its gravity, and the status that it stands for.
struct Ending {
  const char* what;
  int status;
  void (*note)(RunTrouble& trouble, Tally& tally);
};

constexpr Ending kEndings[] = {
    {"no worker", kExitUnable, [](RunTrouble& t, Tally&) { t.workers = "none"; }},
    {"a shortage", kExitUnable, [](RunTrouble& t, Tally&) { t.list_short = true; }},
    {"the output", kExitOutput, [](RunTrouble& t, Tally&) { t.output = "read-only"; }},
    {"min-free", kExitOutput,
     [](RunTrouble& t, Tally&) { note_asked_end(t, asked(EndReason::min_free)); }},
    {"the list", kExitListFailed, [](RunTrouble& t, Tally&) { t.list_failed = true; }},
    {"max-duration", kExitAsked,
     [](RunTrouble& t, Tally&) { note_asked_end(t, asked(EndReason::duration)); }},
    {"max-transfer", kExitAsked,
     [](RunTrouble& t, Tally&) { note_asked_end(t, asked(EndReason::transfer)); }},
    {"stop", kExitAsked,
     [](RunTrouble& t, Tally&) { note_asked_end(t, asked(EndReason::stop_command)); }},
    {"a failed link", kExitLinksFailed,
     [](RunTrouble&, Tally& tally) {
       tally.add({.status = Status::failed, .error = ErrorClass::tls});
     }},
};

TEST(ExitStatus, OfTwoReasonsTheGraverCountsInWhateverOrderTheyCome) {
  for (const Ending& graver : kEndings) {
    for (const Ending* other = &graver; other != std::end(kEndings); ++other) {
      for (const bool graver_first : {true, false}) {
        RunTrouble trouble;
        Tally tally;
        (graver_first ? graver : *other).note(trouble, tally);
        (graver_first ? *other : graver).note(trouble, tally);
        EXPECT_EQ(exit_status(trouble, tally, {.count = 0}), graver.status)
            << graver.what << " and " << other->what;
      }
    }
  }
}

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
  const auto errors =
      closing_errors(trouble, Stage::finishing, {.unfinished = 0, .without_record = 0});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].npos, errors[0].find("raise ulimit -n")) << errors[0];
  trouble = {.output = "cannot write: Permission denied"};
  EXPECT_EQ(exit_status(trouble, {}, {}), kExitOutput);
}

TEST(AskedEnd, TheFirstReasonStaysButForADiskThatIsNearlyFull) {
  RunTrouble trouble;
  note_asked_end(trouble, asked(EndReason::transfer));
  note_asked_end(trouble, asked(EndReason::duration));
  EXPECT_EQ(trouble.asked, asked(EndReason::transfer));
  note_asked_end(trouble, asked(EndReason::min_free));
  EXPECT_EQ(trouble.asked, asked(EndReason::min_free));
  note_asked_end(trouble, asked(EndReason::stop_command));
  EXPECT_EQ(trouble.asked, asked(EndReason::min_free));
}

TEST(TheLedger, KeepsHowARunEnded) {
  EXPECT_EQ(ending({}, Stage::finishing), "finished");
  EXPECT_EQ(ending({}, Stage::cut_off), "stopped early");
  EXPECT_EQ(ending({.workers = "none"}, Stage::running), "stopped early");
  EXPECT_EQ(ending({.asked = asked(EndReason::duration)}, Stage::cut_off),
            "ended by --max-duration");
  EXPECT_EQ(ending({.asked = asked(EndReason::transfer)}, Stage::cut_off),
            "ended by --max-transfer");
  EXPECT_EQ(ending({.asked = asked(EndReason::min_free)}, Stage::cut_off), "ended by --min-free");
  EXPECT_EQ(ending({.asked = asked(EndReason::stop_command)}, Stage::cut_off),
            "ended by fanfetch stop");
  EXPECT_EQ(ending({.asked = asked(EndReason::duration), .signal = SIGTERM}, Stage::cut_off),
            "stopped early");
  EXPECT_EQ(ending({.output = "full", .asked = asked(EndReason::duration)}, Stage::cut_off),
            "stopped early");
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
  EXPECT_TRUE(
      closing_errors(trouble, Stage::finishing, {.unfinished = 0, .without_record = 0}).empty());
  trouble.workers = "no worker";
  trouble.output = "disk full";
  const auto errors =
      closing_errors(trouble, Stage::cut_off, {.unfinished = 7, .without_record = 0});
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].find("stopped early: 7 links"), 0u) << errors[0];
  EXPECT_EQ(errors[0].find("results"), errors[0].npos) << errors[0];
  EXPECT_EQ(errors[1], "no worker");
  EXPECT_EQ(errors[2], "disk full; mend that, then the same command goes on from here");
  trouble.output = fmt::format("no ledger{}", kMovedAside);
  EXPECT_EQ(closing_errors(trouble, Stage::cut_off, {.unfinished = 7, .without_record = 0})[2],
            *trouble.output)
      << "which says what to do";
}

TEST(ClosingErrors, SayWhatARunWasEndedBy) {
  const RunTrouble trouble{.asked = AskedEnd{EndReason::duration, "--max-duration 2h is over"}};
  const auto errors =
      closing_errors(trouble, Stage::cut_off, {.unfinished = 7, .without_record = 0});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].find("--max-duration 2h is over: 7 links"), 0u) << errors[0];
  EXPECT_NE(errors[0].find("the same command goes on from here"), errors[0].npos) << errors[0];
}

TEST(ClosingErrors, StoppedEarlyIsOneSentence) {
  const auto first = [](std::uint64_t unfinished) {
    return closing_errors({}, Stage::cut_off, {.unfinished = unfinished, .without_record = 0})
        .at(0);
  };
  EXPECT_EQ(first(0), "stopped early; the same command goes on from here");
  EXPECT_EQ(first(1), "stopped early: 1 link was not finished; the same command goes on from here");
  EXPECT_EQ(first(7),
            "stopped early: 7 links were not finished; the same command goes on from here");
}

TEST(ClosingErrors, CountRecordsThatNobodyReceived) {
  EXPECT_EQ(closing_errors({}, Stage::cut_off, {.unfinished = 2, .without_record = 5}),
            (std::vector<std::string>{
                "stopped early: 2 links were not finished; the same command goes on from here",
                "5 links that are done have no record in the results; the same command writes them "
                "again"}));
  EXPECT_EQ(closing_errors({}, Stage::finishing, {.unfinished = 0, .without_record = 5}),
            std::vector<std::string>{"5 links that are done have no record in the results; the "
                                     "same command writes them again"});
}

TEST(ClosingErrors, LinksOfANodeGoBackToTheFleet) {
  const auto said = [](std::uint64_t unfinished) {
    return closing_errors({}, Stage::cut_off, {.unfinished = unfinished, .of_fleet = true}).at(0);
  };
  EXPECT_EQ(said(0),
            "stopped early: nothing goes back to the fleet; the same command joins it again");
  EXPECT_EQ(said(1),
            "stopped early: 1 link goes back to the fleet; the same command joins it again");
  EXPECT_EQ(said(7),
            "stopped early: 7 links go back to the fleet; the same command joins it again");
}

}  // namespace
}  // namespace fanfetch
