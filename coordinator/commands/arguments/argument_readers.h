#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "coordinator/commands/arguments/command_arguments.h"

namespace fanfetch {

/// What a command line holds behind the command's name, values not checked yet. A `…_given` says
/// that the option of that value is there, even with an empty one.
struct CommandWords {
  std::vector<std::string> positional;
  std::string ledger, format, output, time;
  std::vector<std::string> statuses, classes, hosts;
  bool ledger_given = false, format_given = false, output_given = false;
  bool help = false, json = false, by_host = false, repair = false, strict = false, quiet = false;
  bool failed = false, image_folder = false, force = false;
  std::string limit;
  bool limit_given = false, exit_code = false;
  bool time_given = false, no_wait = false, watch = false;
  std::string listen, token_file;
  bool listen_given = false, token_file_given = false, read_only = false;
  std::string fleet, fleet_job, fleet_auth_file, fleet_ca_file;
  bool fleet_given = false, fleet_job_given = false, fleet_auth_file_given = false;
  bool fleet_ca_file_given = false;
};

/// Error: what is wrong, as a sentence that names the option or the word.
using ReadArguments = tl::expected<Command, std::string>;

// What each command makes of its words. `folder` is the first DIR: of the commands that take one,
// the only one. REQUIRES: `words.positional` begins with it, or --fleet was given. Pure.

[[nodiscard]] ReadArguments status_arguments(const CommandWords& words, const RunFolder& folder);
[[nodiscard]] ReadArguments verify_arguments(const CommandWords& words, const RunFolder& folder);
[[nodiscard]] ReadArguments export_arguments(const CommandWords& words, const RunFolder& folder);
[[nodiscard]] ReadArguments report_arguments(const CommandWords& words, const RunFolder& folder);
[[nodiscard]] ReadArguments top_arguments(const CommandWords& words, const RunFolder& folder);
[[nodiscard]] ReadArguments web_arguments(const CommandWords& words, const RunFolder& folder);
[[nodiscard]] ReadArguments set_arguments(const CommandWords& words, const RunFolder& folder);
[[nodiscard]] ReadArguments pause_arguments(const CommandWords& words, const RunFolder& folder);
[[nodiscard]] ReadArguments resume_arguments(const CommandWords& words, const RunFolder& folder);
[[nodiscard]] ReadArguments stop_arguments(const CommandWords& words, const RunFolder& folder);

}  // namespace fanfetch
