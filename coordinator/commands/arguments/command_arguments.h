#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "coordinator/commands/fleet/fleet_status.h"
#include "coordinator/commands/folder/export_filter.h"
#include "coordinator/commands/folder/folder.h"
#include "coordinator/commands/live/steer.h"
#include "coordinator/commands/report/report.h"
#include "coordinator/commands/top/fleet_top.h"
#include "coordinator/commands/top/top.h"
#include "coordinator/commands/web/web.h"

namespace fanfetch {

// What each command is given, read and checked.

struct StatusArguments {
  std::vector<RunFolder> folders;  ///< At least one.
  bool json = false;
  bool by_host = false;
  std::optional<std::uint64_t> most_hosts;  ///< `--limit`; nullopt: all.
  bool exit_code = false;                   ///< End with the last run's status.
  bool watch = false;  ///< What a run that is going on knows, until its end; then the rest.
};

struct VerifyArguments {
  RunFolder folder;
  bool repair = false;
  bool strict = false;  ///< Foreign files count as well.
  bool quiet = false;
};

enum class ExportFormat { jsonl, csv, urls };

struct ExportArguments {
  std::vector<RunFolder> folders;  ///< At least one.
  std::string file = "-";          ///< `-` is stdout.
  ExportFormat format = ExportFormat::jsonl;
  ExportFilter filter;
  bool force = false;  ///< Replace FILE, whoever wrote it.
};

using Command =
    std::variant<StatusArguments, FleetStatusArguments, VerifyArguments, ExportArguments,
                 ReportArguments, SteerArguments, TopArguments, FleetTopArguments, WebArguments>;

}  // namespace fanfetch
