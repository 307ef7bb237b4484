#pragma once

#include <string>

#include "common/result.h"
#include "coordinator/settle/output_folder.h"
#include "coordinator/settle/run_folder.h"

namespace fanfetch {

// The ledger of a fleet's driver tells of files that lie on the fleet's nodes. An empty file
// `fleet-JOB` beside it says so, and one `of-node` beside a node's that it is such.

/// Notes that the folder has begun `job`, a name fit for a file. Returns whether it had not before.
/// Error: it cannot be noted.
[[nodiscard]] Result<bool> note_fleet_job(const OutputFolder& folder, const std::string& job);

/// Takes the note back: nothing of the job was begun.
void forget_fleet_job(const OutputFolder& folder, const std::string& job);

/// Notes that the folder is a node's. Error: as above.
[[nodiscard]] Result<> note_fleet_node(const OutputFolder& folder);
/// Whether it is: its files are there, and its ledger knows nothing of the others'.
[[nodiscard]] bool is_folder_of_node(const RunFolder& folder);

/// Whether the folder is that of a driver: what its ledger calls saved is not looked for in it.
[[nodiscard]] bool is_of_driver(const RunFolder& folder);

}  // namespace fanfetch
