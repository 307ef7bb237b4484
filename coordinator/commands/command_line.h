#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "common/result.h"
#include "coordinator/commands/arguments/command_arguments.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

/// What a run's command line does not begin with: `status`, `verify`, `export`, `report`, `top`,
/// `web`, `set`, `pause`, `resume`, `stop`, `help`, `version`.
[[nodiscard]] bool is_command_name(std::string_view word);

/// All of them and `node`, which is a run, in the order of the help.
[[nodiscard]] std::vector<std::string_view> command_names();

/// What can be said of a command without running it.
struct CommandDescription {
  std::string_view name;
  std::string help;                  ///< As `fanfetch help NAME` prints it.
  std::vector<std::string> options;  ///< All that it accepts, with their dashes.
};

/// Each command that looks at a folder, in the order of the help, and `node`.
[[nodiscard]] std::vector<CommandDescription> describe_commands();

/// Yields the folder of a command that names none: default_folder(), except in tests. Error: why
/// there is none, which becomes a usage error.
using FindFolder = std::function<Result<RunFolder>()>;

/// `words`: the command's name and what follows it. `find_folder` is called where a command names
/// no DIR, at most once; `--ledger` wins over its ledger. Exit: help or the version (status 0), or
/// a usage error (2). REQUIRES: is_command_name(words[0]). Pure but for `find_folder`.
[[nodiscard]] tl::expected<Command, Exit> read_command(std::span<const char* const> words,
                                                       const FindFolder& find_folder);

}  // namespace fanfetch
