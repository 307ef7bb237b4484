#include "coordinator/run/run_end.h"

#include <fmt/format.h>
#include <signal.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "common/human_text.h"
#include "common/result.h"
#include "coordinator/ledger/open_ledger.h"
#include "coordinator/process/exit_status.h"
#include "coordinator/process/shortage.h"

namespace fanfetch {
namespace {

std::string_view name(EndReason reason) {
  switch (reason) {
    case EndReason::duration: return "--max-duration";
    case EndReason::transfer: return "--max-transfer";
    case EndReason::min_free: return "--min-free";
    case EndReason::stop_command: return "fanfetch stop";
  }
  return {};
}

/// `: 3 links were not finished`; empty: there are none.
std::string unfinished_text(const LeftLinks& left) {
  const bool is_one = left.unfinished == 1;
  if (left.of_fleet) {
    return left.unfinished == 0 ? ": nothing goes back to the fleet"
                                : fmt::format(": {} link{} back to the fleet", left.unfinished,
                                              is_one ? " goes" : "s go");
  }
  if (left.unfinished == 0) return "";
  return fmt::format(": {} link{} not finished", left.unfinished, is_one ? " was" : "s were");
}

bool is_nearly_full(const RunTrouble& trouble) {
  return trouble.asked && trouble.asked->reason == EndReason::min_free;
}

}  // namespace

std::string why_ended(EndReason reason, const RunLimits& limits, const RunUse& use,
                      const std::string& output) {
  switch (reason) {
    case EndReason::duration: {
      const std::string time = human_time(limits.max_duration);
      if (use.elapsed >= limits.max_duration) return fmt::format("--max-duration {} is over", time);
      return fmt::format("all links wait for longer than --max-duration {} leaves", time);
    }
    case EndReason::transfer:
      return fmt::format("--max-transfer {} is reached", option_size(limits.max_transfer));
    case EndReason::min_free: return too_little_free(use.free.value_or(0), limits, output);
    case EndReason::stop_command: break;
  }
  return "stopped early";
}

std::string too_little_free(std::uint64_t free, const RunLimits& limits,
                            const std::string& output) {
  return fmt::format("only {} are free in '{}', less than --min-free {}", human_bytes(free), output,
                     option_size(limits.min_free));
}

void note_asked_end(RunTrouble& trouble, AskedEnd asked) {
  if (trouble.asked && asked.reason != EndReason::min_free) return;
  trouble.asked = std::move(asked);
}

std::string ending(const RunTrouble& trouble, Stage stage) {
  if (trouble.workers || trouble.output || trouble.signal != 0) {
    return stage == Stage::cut_off || trouble.workers ? "stopped early" : "finished";
  }
  if (trouble.asked) return fmt::format("ended by {}", name(trouble.asked->reason));
  return stage == Stage::cut_off ? "stopped early" : "finished";
}

void note_results_error(RunTrouble& trouble, int error, bool results_go_to_stdout) {
  if (error == 0) return;
  if (error == EPIPE && results_go_to_stdout) {
    if (trouble.signal == 0) trouble.signal = SIGPIPE;
  } else if (!trouble.output) {
    trouble.output = fmt::format("cannot write the results: {}", errno_text(error));
  }
}

std::vector<std::string> closing_errors(const RunTrouble& trouble, Stage stage,
                                        const LeftLinks& left) {
  std::vector<std::string> errors;
  if (stage == Stage::cut_off) {
    errors.push_back(fmt::format(
        "{}{}; {}the same command {}", trouble.asked ? trouble.asked->why : "stopped early",
        unfinished_text(left), is_nearly_full(trouble) ? "make room there, then " : "",
        left.of_fleet ? "joins it again" : "goes on from here"));
  }
  if (left.without_record > 0) {
    errors.push_back(fmt::format(
        "{} links that are done have no record in the results; the same command writes them again",
        left.without_record));
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
  if (trouble.output || is_nearly_full(trouble)) return kExitOutput;
  if (trouble.list_failed) return kExitListFailed;
  if (trouble.asked) return kExitAsked;
  return max_failed.exceeded_by(tally) ? kExitLinksFailed : kExitSuccess;
}

}  // namespace fanfetch
