#include "coordinator/commands/arguments/argument_readers.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "common/result.h"
#include "coordinator/control/settings.h"
#include "coordinator/options/apply_option.h"
#include "coordinator/options/option_values.h"

namespace fanfetch {
namespace {

/// Each DIR that was named. Error: one is empty, or --ledger can be only one's.
tl::expected<std::vector<RunFolder>, std::string> each_folder(const CommandWords& words) {
  std::vector<RunFolder> folders;
  for (const std::string& output : words.positional) {
    if (output.empty()) return tl::unexpected<std::string>("a DIR is empty");
    folders.push_back({.output = output, .ledger = words.ledger});
  }
  if (words.ledger_given && folders.size() > 1) {
    return tl::unexpected<std::string>("--ledger is for a single DIR");
  }
  return folders;
}

std::optional<ExportFormat> format_of(const CommandWords& words, std::string_view file) {
  if (words.format_given) {
    if (words.format == "jsonl") return ExportFormat::jsonl;
    if (words.format == "csv") return ExportFormat::csv;
    if (words.format == "urls") return ExportFormat::urls;
    return std::nullopt;
  }
  if (file == "-" || file.ends_with(".jsonl")) return ExportFormat::jsonl;
  if (file.ends_with(".csv")) return ExportFormat::csv;
  return std::nullopt;
}

/// Adds each of `values` to the filter by `add`. Error: names `option`.
tl::expected<void, std::string> add_to(ExportFilter& filter, std::string_view option,
                                       const std::vector<std::string>& values,
                                       Result<> (ExportFilter::*add)(std::string_view)) {
  for (const std::string& value : values) {
    if (auto added = (filter.*add)(value); !added) {
      return tl::unexpected(fmt::format("{}: {}", option, added.error().message));
    }
  }
  return {};
}

tl::expected<ExportFilter, std::string> export_filter(const CommandWords& words) {
  ExportFilter filter{.failed_only = words.failed, .files_only = words.image_folder};
  auto added =
      add_to(filter, "--status", words.statuses, &ExportFilter::add_status)
          .and_then(
              [&] { return add_to(filter, "--class", words.classes, &ExportFilter::add_class); })
          .and_then([&] { return add_to(filter, "--host", words.hosts, &ExportFilter::add_host); });
  if (!added) return tl::unexpected(std::move(added.error()));
  return filter;
}

SteerArguments steer(const RunFolder& folder, Request request) {
  return {.folder = folder, .request = std::move(request)};
}

/// What --fleet and the options that go with it say.
tl::expected<FleetLook, std::string> fleet_look(const CommandWords& words) {
  if (!words.positional.empty()) {
    return tl::unexpected<std::string>("with --fleet it looks at no DIR");
  }
  if (words.ledger_given) return tl::unexpected<std::string>("--ledger is for a DIR");
  FleetLook look;
  auto address = parse_redis_address(words.fleet);
  if (!address) return tl::unexpected("--fleet: " + address.error().message);
  look.address = std::move(*address);
  if (words.fleet_job_given) {
    Options options;
    if (auto applied = apply_fleet_job(options, {&words.fleet_job, 1}); !applied) {
      return tl::unexpected("--fleet-job: " + applied.error().message);
    }
    look.job = words.fleet_job;
  }
  if (words.fleet_auth_file_given) {
    if (auto stored = store_path(look.auth_file, {&words.fleet_auth_file, 1}); !stored) {
      return tl::unexpected("--fleet-auth-file: " + stored.error().message);
    }
  }
  if (words.fleet_ca_file_given) {
    if (auto stored = store_path(look.ca_file, {&words.fleet_ca_file, 1}); !stored) {
      return tl::unexpected("--fleet-cacert: " + stored.error().message);
    }
    if (look.address.tls == RedisAddress::Tls::no) {
      return tl::unexpected<std::string>("--fleet-cacert has no use without TLS: write rediss://");
    }
  }
  return look;
}

/// Error: an option is there that goes with --fleet, which is not.
tl::expected<void, std::string> check_no_fleet(const CommandWords& words) {
  if (!words.fleet_job_given && !words.fleet_auth_file_given && !words.fleet_ca_file_given) {
    return {};
  }
  return tl::unexpected<std::string>(
      "--fleet-job, --fleet-auth-file and --fleet-cacert need --fleet");
}

/// `status --fleet`: what is in Redis, and in no folder.
ReadArguments fleet_status_arguments(const CommandWords& words) {
  if (words.by_host || words.limit_given || words.exit_code || words.watch) {
    return tl::unexpected<std::string>(
        "--by-host, --limit, --exit-code and --watch are for a DIR, not for --fleet");
  }
  auto look = fleet_look(words);
  if (!look) return tl::unexpected(std::move(look.error()));
  return FleetStatusArguments{.fleet = std::move(*look), .json = words.json};
}

}  // namespace

ReadArguments status_arguments(const CommandWords& words, const RunFolder& /*first*/) {
  if (words.fleet_given) return fleet_status_arguments(words);
  if (auto none = check_no_fleet(words); !none) return tl::unexpected(std::move(none.error()));
  auto folders = each_folder(words);
  if (!folders) return tl::unexpected(std::move(folders.error()));
  StatusArguments arguments{.folders = std::move(*folders),
                            .json = words.json,
                            .by_host = words.by_host,
                            .exit_code = words.exit_code,
                            .watch = words.watch};
  if (words.watch && arguments.folders.size() > 1) {
    return tl::unexpected<std::string>("--watch is for a single DIR");
  }
  if (words.limit_given) {
    if (!words.by_host) return tl::unexpected<std::string>("--limit goes with --by-host");
    const auto limit = parse_count(words.limit, 1, std::numeric_limits<std::uint32_t>::max());
    if (!limit) return tl::unexpected("--limit: " + limit.error().message);
    arguments.most_hosts = *limit;
  }
  return arguments;
}

ReadArguments verify_arguments(const CommandWords& words, const RunFolder& folder) {
  return VerifyArguments{
      .folder = folder, .repair = words.repair, .strict = words.strict, .quiet = words.quiet};
}

ReadArguments export_arguments(const CommandWords& words, const RunFolder& /*first*/) {
  auto folders = each_folder(words);
  if (!folders) return tl::unexpected(std::move(folders.error()));
  ExportArguments arguments{.folders = std::move(*folders), .force = words.force};
  if (words.output_given) {
    if (auto stored = store_path(arguments.file, {&words.output, 1}); !stored) {
      return tl::unexpected("--output: " + stored.error().message);
    }
  }
  auto filter = export_filter(words);
  if (!filter) return tl::unexpected(std::move(filter.error()));
  arguments.filter = std::move(*filter);
  const auto format = format_of(words, arguments.file);
  if (!format && words.format_given) {
    return tl::unexpected(fmt::format("--format: '{}' is not jsonl, csv or urls", words.format));
  }
  if (!format) {
    return tl::unexpected(
        fmt::format("the ending of '{}' is not .jsonl or .csv: say --format jsonl, csv or urls",
                    arguments.file));
  }
  if (words.image_folder && (words.failed || *format == ExportFormat::urls)) {
    return tl::unexpected<std::string>(
        "--image-folder is a table of saved files: neither --failed "
        "nor --format urls goes with it");
  }
  arguments.format = *format;
  return arguments;
}

ReadArguments report_arguments(const CommandWords& words, const RunFolder& folder) {
  ReportArguments arguments{.folder = folder, .force = words.force};
  if (words.output_given) {
    if (auto stored = store_path(arguments.file, {&words.output, 1}); !stored) {
      return tl::unexpected("--output: " + stored.error().message);
    }
  }
  return arguments;
}

ReadArguments set_arguments(const CommandWords& words, const RunFolder& folder) {
  SetRequest request;
  for (std::size_t i = 1; i < words.positional.size(); ++i) {
    auto one = parse_assignment(words.positional[i]);
    if (!one) return tl::unexpected(std::move(one.error().message));
    request.values.push_back(std::move(*one));
  }
  // The run says the same; but with or without one, what is wrong here is a matter of usage.
  if (const auto checked = changed({}, {}, request.values); !checked) {
    return tl::unexpected(checked.error().message);
  }
  return steer(folder, std::move(request));
}

ReadArguments pause_arguments(const CommandWords& words, const RunFolder& folder) {
  PauseRequest request;
  if (words.time_given) {
    const auto time = parse_time(words.time);
    if (!time) return tl::unexpected("--for: " + time.error().message);
    if (time->count() == 0) return tl::unexpected<std::string>("--for: no pause is that short");
    request.time = *time;
  }
  return steer(folder, request);
}

ReadArguments resume_arguments(const CommandWords& /*words*/, const RunFolder& folder) {
  return steer(folder, ResumeRequest{});
}

ReadArguments stop_arguments(const CommandWords& words, const RunFolder& folder) {
  SteerArguments arguments = steer(folder, StopRequest{});
  arguments.wait = !words.no_wait;
  return arguments;
}

ReadArguments top_arguments(const CommandWords& words, const RunFolder& folder) {
  if (words.fleet_given) {
    auto look = fleet_look(words);
    if (!look) return tl::unexpected(std::move(look.error()));
    return FleetTopArguments{std::move(*look)};
  }
  if (auto none = check_no_fleet(words); !none) return tl::unexpected(std::move(none.error()));
  return TopArguments{folder};
}

ReadArguments web_arguments(const CommandWords& words, const RunFolder& folder) {
  WebArguments arguments{.folder = folder, .listen = {}, .read_only = words.read_only};
  if (words.listen_given) {
    auto listen = parse_listen_address(words.listen);
    if (!listen) return tl::unexpected("--listen: " + listen.error().message);
    arguments.listen = std::move(*listen);
  }
  if (words.token_file_given) {
    if (auto stored = store_path(arguments.token_file, {&words.token_file, 1}); !stored) {
      return tl::unexpected("--token-file: " + stored.error().message);
    }
    if (arguments.listen.is_unix()) {
      return tl::unexpected<std::string>("--token-file: a UNIX socket needs no token");
    }
  }
  return arguments;
}

}  // namespace fanfetch
