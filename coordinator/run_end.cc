#include "coordinator/run_end.h"

#include <fmt/format.h>
#include <signal.h>

#include <cerrno>

#include "common/result.h"
#include "coordinator/ledger/open_ledger.h"
#include "coordinator/process/exit_status.h"
#include "coordinator/process/shortage.h"

namespace fanfetch {

void note_results_error(RunTrouble& trouble, int error, bool results_go_to_stdout) {
  if (error == 0) return;
  if (error == EPIPE && results_go_to_stdout) {
    if (trouble.signal == 0) trouble.signal = SIGPIPE;
  } else if (!trouble.output) {
    trouble.output = fmt::format("cannot write the results: {}", errno_text(error));
  }
}

std::vector<std::string> closing_errors(const RunTrouble& trouble, Stage stage,
                                        std::uint64_t unfinished, std::uint64_t lost_records) {
  std::vector<std::string> errors;
  if (stage == Stage::cut_off) {
    errors.push_back(fmt::format(
        "stopped early: {} links that were {}begun or waiting have no record{}, nor has what was "
        "not read of the list; the same command goes on from here",
        unfinished + lost_records, lost_records > 0 ? "done, " : "",
        lost_records > 0 ? " in the results" : ""));
  } else if (lost_records > 0) {
    errors.push_back(fmt::format(
        "{} links that are done have no record in the results; the same command writes them again",
        lost_records));
  }
  if (trouble.workers) errors.push_back(*trouble.workers);
  if (trouble.output) {
    const std::string& why = *trouble.output;
    if (tells_of_shortage(why)) {
      errors.push_back(with_advice_for_shortage(why) + "; then the same command goes on from here");
    } else if (says_moved_aside(why)) {
      errors.push_back(why);
    } else {
      errors.push_back(why + "; mend that, then the same command goes on from here");
    }
  }
  return errors;
}

int exit_status(const RunTrouble& trouble, const Tally& tally, const MaxFailed& max_failed) {
  const bool is_short =
      trouble.list_short || (trouble.output && tells_of_shortage(*trouble.output));
  if (trouble.workers || is_short) return kExitUnable;
  if (trouble.output) return kExitOutput;
  if (trouble.list_failed) return kExitListFailed;
  return max_failed.exceeded_by(tally) ? kExitLinksFailed : kExitSuccess;
}

}  // namespace fanfetch
