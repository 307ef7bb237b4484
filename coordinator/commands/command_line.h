#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "coordinator/commands/folder/export_filter.h"
#include "coordinator/commands/folder/folder.h"
#include "coordinator/commands/live/steer.h"
#include "coordinator/commands/report/report.h"
#include "coordinator/commands/top/top.h"
#include "coordinator/commands/web/web.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

struct StatusArguments {
  std::vector<FolderArguments> folders;  ///< At least one.
  bool json = false;
  bool by_host = false;
  std::optional<std::uint64_t> most_hosts;  ///< `--limit`; nullopt: all.
  bool exit_code = false;                   ///< End with the last run's status.
  bool watch = false;  ///< What a run that is going on knows, until its end; then the rest.
};

struct VerifyArguments {
  FolderArguments folder;
  bool repair = false;
  bool strict = false;  ///< Foreign files count as well.
  bool quiet = false;
};

enum class ExportFormat { jsonl, csv, urls };

struct ExportArguments {
  std::vector<FolderArguments> folders;  ///< At least one.
  std::string file = "-";                ///< `-` is stdout.
  ExportFormat format = ExportFormat::jsonl;
  ExportFilter filter;
  bool force = false;  ///< Replace FILE, whoever wrote it.
};

using Command = std::variant<StatusArguments, VerifyArguments, ExportArguments, ReportArguments,
                             SteerArguments, TopArguments, WebArguments>;

/// What a run's command line does not begin with: `status`, `verify`, `export`, `report`, `top`,
/// `web`, `set`, `pause`, `resume`, `stop`, `help`, `version`.
[[nodiscard]] bool is_command_name(std::string_view word);

/// All of them, in the order of the help.
[[nodiscard]] std::vector<std::string_view> command_names();

/// What can be said of a command without running it.
struct CommandDescription {
  std::string_view name;
  std::string_view help;             ///< As `fanfetch help NAME` prints it.
  std::vector<std::string> options;  ///< All that it accepts, with their dashes.
};

/// Each command that looks at a folder, in the order of the help.
[[nodiscard]] std::vector<CommandDescription> describe_commands();

/// `words`: the command's name and what follows it. Exit: help or the version (status 0), or a
/// usage error (2). REQUIRES: is_command_name(words[0]).
[[nodiscard]] tl::expected<Command, Exit> read_command(std::span<const char* const> words);

}  // namespace fanfetch
