#include "coordinator/run/run_stage.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fanfetch {
namespace {

/// `cancel stop cut kill settle close leave`, and where that leads.
std::string text_of(const RunOrders& orders, Stage stage) {
  std::string text;
  if (orders.cancel_links) text += "cancel ";
  if (orders.stop_workers) text += "stop ";
  if (orders.cut_workers) text += "cut ";
  if (orders.kill_workers) text += "kill ";
  if (orders.settle_rest) text += "settle ";
  if (orders.close_ledger) text += "close ";
  if (orders.leave_loop) text += "leave ";
  switch (stage) {
    case Stage::running: return text + "> running";
    case Stage::finishing: return text + "> finishing";
    case Stage::cut_off: return text + "> cut off";
  }
  return text;
}

/// What follows from `events`, the last one of them.
std::string after(const std::vector<RunEvent>& events) {
  RunStage stage;
  RunOrders orders;
  for (const RunEvent event : events) orders = stage.on(event);
  return text_of(orders, stage.stage());
}

struct Row {
  const char* what;
  RunEvent event;
  const char *running, *finishing, *cut_off;
};

class RunStageOn : public ::testing::TestWithParam<Row> {};

TEST_P(RunStageOn, InEveryStage) {
  const Row& row = GetParam();
  EXPECT_EQ(after({row.event}), row.running);
  EXPECT_EQ(after({RunEvent::all_finished, row.event}), row.finishing);
  EXPECT_EQ(after({RunEvent::must_end, row.event}), row.cut_off);
  EXPECT_EQ(after({RunEvent::all_finished, RunEvent::must_end, row.event}), row.cut_off)
      << "however it got there";
}

INSTANTIATE_TEST_SUITE_P(
    All, RunStageOn,
    ::testing::Values(
        Row{"all_finished", RunEvent::all_finished, "stop settle > finishing", "> finishing",
            "> cut off"},
        Row{"must_end", RunEvent::must_end, "cancel stop > cut off", "cancel > cut off",
            "> cut off"},
        Row{"asked_to_end", RunEvent::asked_to_end, "cancel stop > cut off", "> finishing",
            "> cut off"},
        Row{"workers_hopeless", RunEvent::workers_hopeless, "cancel stop kill > cut off",
            "cancel kill > cut off", "kill > cut off"},
        Row{"signal_again", RunEvent::signal_again, "kill leave > running",
            "kill leave > finishing", "kill leave > cut off"},
        Row{"grace_over", RunEvent::grace_over, "> running", "cut > finishing", "cut > cut off"},
        Row{"cut_over", RunEvent::cut_over, "> running", "kill > finishing", "kill > cut off"},
        Row{"kill_over", RunEvent::kill_over, "> running", "close > finishing", "close > cut off"},
        Row{"workers_gone", RunEvent::workers_gone, "> running", "close > finishing",
            "close > cut off"},
        Row{"all_written", RunEvent::all_written, "leave > running", "leave > finishing",
            "leave > cut off"}),
    [](const auto& row) { return row.param.what; });

}  // namespace
}  // namespace fanfetch
