#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/sandbox/sandbox_rules.h"
#include "coordinator/control/settings.h"
#include "coordinator/names/name_template.h"
#include "coordinator/options/options.h"
#include "coordinator/pool/run_size.h"
#include "coordinator/reading/planner.h"
#include "coordinator/reading/reader.h"
#include "coordinator/run/run.h"
#include "coordinator/sources/entry/source.h"

namespace fanfetch {

// What a run's stages are made with, from what the user asked for. Errors are the user's to mend:
// the run ends with kExitConfiguration.

/// Has the only source of `sources` read the failed links of `ledger`, a file. They keep the names
/// that their run, `earlier`, had for them: as it was told, or else by the same template, which
/// `names` becomes. REQUIRES: options.reads_failed_links().
void read_failed_links(const Options& options, const std::string& ledger,
                       const std::optional<RunNaming>& earlier, std::vector<ReaderSource>& sources,
                       NameTemplate& names);

/// What is to be said of files that are kept from runs up to one with the options `earlier`.
[[nodiscard]] std::vector<std::string> kept_notices(const RunNaming& earlier,
                                                    const RunNaming& naming);

/// What of its list the run takes; nullopt: all. A folder's failed links are its slice's already.
[[nodiscard]] std::optional<Slice> slice_to_read(const Options& options);
[[nodiscard]] RunNaming run_naming(const Options& options);
/// Whether files need names that no other slice's files have, as folders of slices get merged.
[[nodiscard]] bool merges_names(const Options& options, const NameTemplate& names);
/// Error: the folder `output` was begun with another slice.
[[nodiscard]] Result<> check_slice(const std::string& output, const RunNaming& earlier,
                                   const RunNaming& now);

/// What sources may use. `tls` is lent for as long as any of them is used; `stop_fd`: see
/// SourceContext. Error: a JSON pointer that is none.
[[nodiscard]] Result<SourceContext> source_context(const Options& options, const TlsBytes& tls,
                                                   const NameTemplate& names, int stop_fd);

/// All that depends on the options alone: the ledger's side is the caller's.
[[nodiscard]] PlanContext plan_context(const Options& options, NameTemplate names);

/// What the loop and what it dispatches go by.
[[nodiscard]] RunRules run_rules(const Options& options);
/// Those of the rules that may change in mid-run, as the run begins. `jobs`: those that it can do.
[[nodiscard]] Settings run_settings(const Options& options, unsigned jobs);
/// `rules`, after they have changed from `begun` to `now`.
[[nodiscard]] HostRules host_rules(HostRules rules, const Settings& now, const Settings& begun);
/// What holds workers back on this machine, if all goes well. Error: less than the user requires.
[[nodiscard]] Result<Protections> planned_protections(const Options& options);
/// How many transfers run in parallel, and for how long a worker may hold one.
[[nodiscard]] PoolSettings pool_settings(const Options& options, const RunSize& size);

}  // namespace fanfetch
