#include "coordinator/run/rehearsal.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "coordinator/commands/dry_run.h"
#include "coordinator/run/or_exit.h"
#include "coordinator/run/run_setup.h"
#include "coordinator/settle/state_folder.h"

namespace fanfetch {

Exit rehearse(const Options& options, std::vector<ReaderSource> sources, SourceContext context,
              NameTemplate names) {
  // The files of an output folder that is there already decide names, and its ledger links.
  const FileOptions& files = options.files;
  const UniqueFd folder(::open(files.output.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  LinksInFlight links_in_flight;
  NameClaims name_claims(folder.get());
  PlanContext plan = plan_context(options, std::move(names));
  plan.output_fd = folder.get();
  plan.links_in_flight = &links_in_flight;
  plan.name_claims = &name_claims;
  or_exit(check_state(files.folder()));
  const std::string ledger = files.folder().ledger_path();
  if (::access(ledger.c_str(), F_OK) == 0) {
    plan.history = or_exit(History::open(ledger), kExitOutput);
    plan.seen = or_exit(SeenRows::make(std::filesystem::temp_directory_path()), kExitOutput);
  }
  if (options.reads_failed_links()) {
    read_failed_links(options, ledger, plan.history->last_naming(), sources, plan.names);
  } else if (const auto earlier = plan.history ? plan.history->last_naming() : std::nullopt) {
    or_exit(check_slice(files.output, *earlier, run_naming(options)), kExitConfiguration);
  }
  Reader reader(std::move(sources), std::move(context), Planner(std::move(plan)),
                slice_to_read(options));
  return dry_run({.quiet = options.report.quiet, .max_failed = options.max_failed}, reader);
}

}  // namespace fanfetch
