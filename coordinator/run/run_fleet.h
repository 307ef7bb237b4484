#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "coordinator/fleet/run/fleet_desk.h"
#include "coordinator/fleet/run/fleet_driver.h"
#include "coordinator/fleet/run/fleet_node.h"
#include "coordinator/options/options.h"
#include "coordinator/process/exit.h"
#include "coordinator/reading/reader.h"
#include "coordinator/settle/run_ledger.h"

namespace fanfetch {

// What makes a run one of a fleet: its driver, or a node.

/// How its Redis is reached. Error: the certificates to trust cannot be read.
[[nodiscard]] Result<FleetAccess> fleet_access(const Options& options);

/// Waits for the job of a node, and has `options` be as its driver was told. Exit: as join_job().
[[nodiscard]] tl::expected<FleetJob, Exit> join_fleet(Options& options, const FleetAccess& access);

/// What a driver's configuration says that it has no use for; a sentence. nullopt: nothing.
[[nodiscard]] std::optional<std::string> unused_by_driver(const Options& options);

/// The node of that job which writes to the ledger's folder.
[[nodiscard]] std::unique_ptr<FleetNode> make_node(FleetAccess access, FleetJob job,
                                                   const RunLedger& ledger);

/// Error: the output folder is that of a fleet's driver, and the run is none, or the other way
/// round; a sentence.
[[nodiscard]] Result<> check_role(const Options& options);

/// The folder of a node, which shares it with others if it has a state of its own.
[[nodiscard]] RunFolder folder_of_node(RunFolder folder);
/// Why it could not be opened, and what to do if that is for another node. `folder`: of a node.
[[nodiscard]] Exit with_advice_for_nodes(Exit exit, const RunFolder& folder);

/// The only source of a node, without its node yet: see read_links_of().
[[nodiscard]] Result<std::vector<ReaderSource>> source_of_node();
/// Has the source read what comes for `node`, which is lent.
void read_links_of(FleetNode& node, std::vector<ReaderSource>& sources);

/// What a node does otherwise than a run with a list of its own: all that it finds done is an
/// answer, and all that failed is asked for again, as its driver is to judge.
void plan_as_node(PlanContext& plan);

/// Begins the job of a driver's run, and returns the driver. Exit: as begin_job(), or the spool
/// beside the ledger cannot be written.
[[nodiscard]] tl::expected<std::unique_ptr<FleetDriver>, Exit> make_driver(
    const Options& options, FleetAccess access, const std::vector<ReaderSource>& sources,
    RunLedger& ledger);

}  // namespace fanfetch
