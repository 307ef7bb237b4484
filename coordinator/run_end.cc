#include "coordinator/run_end.h"

#include "coordinator/process/exit_status.h"

namespace fanfetch {

int exit_status(const RunTrouble& trouble, const Tally& tally, const MaxFailed& max_failed) {
  if (trouble.workers) return kExitConfiguration;
  if (trouble.output) return kExitOutput;
  if (trouble.list_failed) return kExitListFailed;
  return max_failed.exceeded_by(tally) ? kExitLinksFailed : kExitSuccess;
}

}  // namespace fanfetch
