#include "coordinator/run/run_stage.h"

#include <utility>

namespace fanfetch {

RunOrders RunStage::on(RunEvent event) {
  switch (event) {
    case RunEvent::all_finished:
      if (stage_ != Stage::running) return {};
      stage_ = Stage::finishing;
      return {.stop_workers = true, .settle_rest = true};
    case RunEvent::asked_to_end:
      if (stage_ != Stage::running) return {};  // it ends already, and may well be whole
      [[fallthrough]];
    case RunEvent::must_end:
    case RunEvent::workers_hopeless: {
      const Stage before = std::exchange(stage_, Stage::cut_off);
      return {.cancel_links = before != Stage::cut_off,
              .stop_workers = before == Stage::running,
              .kill_workers = event == RunEvent::workers_hopeless};
    }
    case RunEvent::signal_again: return {.kill_workers = true, .leave_loop = true};
    case RunEvent::grace_over: return {.cut_workers = stage_ != Stage::running};
    case RunEvent::cut_over: return {.kill_workers = stage_ != Stage::running};
    case RunEvent::kill_over:
    case RunEvent::workers_gone: return {.close_ledger = stage_ != Stage::running};
    case RunEvent::all_written: return {.leave_loop = true};
  }
  return {};
}

}  // namespace fanfetch
