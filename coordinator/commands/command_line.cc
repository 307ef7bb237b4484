#include "coordinator/commands/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>
#include <vector>

#include "common/result.h"
#include "common/utf8.h"
#include "coordinator/control/settings.h"
#include "coordinator/options/apply_option.h"
#include "coordinator/options/closest_words.h"
#include "coordinator/options/help_text.h"
#include "coordinator/options/option_table.h"
#include "coordinator/options/option_values.h"

namespace fanfetch {
namespace {

constexpr std::string_view kStatusHelp = R"(Usage: fanfetch status DIR... [OPTIONS]
Says what the runs into each folder DIR have saved and what failed, and how the
last one went. Works while a run is going on.

  --watch        a line each second as long as a run is going on, then this
  --by-host      the same for each host: those that fail most come first, then
                 the slowest. "first byte" is the median, and "speed" that of
                 one transfer, as the last run that asked the host measured them
  --limit N      with --by-host: the first N hosts
  --json         one JSON object a line for each DIR; "schema":1 comes first
  --exit-code    end with the exit status of the last run: 128+N if it died of
                 signal N (130: interrupted), 137 if it was killed or could not
                 write its end, 5 if it is running, 2 if none has begun, 4 if it
                 was an older fanfetch's, which kept none. Of several DIR the
                 gravest counts: 70, 128 and above, 4, 3, 2, 5, 6, 1
  --ledger FILE  the ledger, if not DIR/.fanfetch/ledger.sqlite
  -h, --help     this text

Exit status: 0; 2 usage, or no ledger there; 4 the ledger cannot be read. The
other DIR are shown all the same.
)";

constexpr std::string_view kVerifyHelp = R"(Usage: fanfetch verify DIR [OPTIONS]
Reads every file that was saved in the folder DIR, and prints what differs:
  missing: NAME        it is not there any more
  changed: NAME: why   it is not what was saved
  foreign: NAME        no run has saved a file of that name
Results, metrics, exports and ledgers that fanfetch wrote there are only
counted.

  --strict       foreign files make the exit status 1, too
  --repair       mark missing and changed files, so that the next run fetches
                 them again, and note new times of good files; touches no file
  --ledger FILE  the ledger, if not DIR/.fanfetch/ledger.sqlite
  -q, --quiet    no progress, no closing lines
  -h, --help     this text

Exit status: 0 nothing is missing or changed; 1 something is, repaired or not;
2 usage, or no ledger there; 4 a file, the folder or the ledger cannot be read
or written; 5 a run holds the folder.
)";

constexpr std::string_view kExportHelp = R"(Usage: fanfetch export DIR... [OPTIONS]
Writes a record of each link that runs into each folder DIR have settled, to
stdout or a file. Works while a run is going on.

  -o, --output FILE  one that is there is replaced only if it is as an export
                     left it; it gets its name when it is whole
  --force            replace it whoever wrote it
  --format NAME      jsonl: an object a line; csv: with a heading, lines end
                     with LF; urls: the links alone, passwords masked
                     (default: by FILE's ending; stdout: jsonl)
  --failed           failed links only
  --status S,...     those saved, failed, or with an HTTP status: 404, 5xx
  --class C,...      failures of a class, such as http_4xx or timeout
  --host H,...       links of a host
  --image-folder     saved files, without the keys of errors, as tools for image
                     folders want it: -o DIR/metadata.jsonl
  --ledger FILE      the ledger, if not DIR/.fanfetch/ledger.sqlite
  -h, --help         this text

Exit status: 0; 2 usage, no ledger there, or a FILE that is not to be replaced;
4 the ledger cannot be read or FILE not be written.
)";

constexpr std::string_view kSetHelp = R"(Usage: fanfetch set DIR [NAME=VALUE...]
Changes the run that is going on in the folder DIR, within a second and until
its end; without NAME=VALUE, prints what holds now and what it began with.

  jobs=N                transfers at once, at most as many as it began with
  limit-rate=BYTES/s    of all transfers together; none is no limit
  per-host=N|auto[:MAX] transfers at once from one host
  rate=N/s              requests to one host; none is no limit
  max-duration=TIME, max-transfer=BYTES, min-free=BYTES
                        as the options of these names
  host.HOST=N|skip|normal
                        transfers at once from HOST (or HOST:PORT), none of its
                        links, or as from any other

VALUE default goes back to what the run began with. If one is wrong, nothing
is changed. The next run begins with its own options.

  --ledger FILE  the ledger, if not DIR/.fanfetch/ledger.sqlite
  -h, --help     this text

Exit status: 0 done, or so already; 1 no run is going on; 2 usage; 4 the run
does not answer, or not to this user.
)";

constexpr std::string_view kPauseHelp = R"(Usage: fanfetch pause DIR [--for TIME]
The run that is going on in the folder DIR begins nothing new; what is in
flight finishes. fanfetch resume DIR goes on. --max-duration goes on, too.

  --for TIME     go on by itself after so long: 90s, 10m, 1h
  --ledger FILE  the ledger, if not DIR/.fanfetch/ledger.sqlite
  -h, --help     this text

Exit status: 0 done, or so already; 1 no run is going on; 2 usage; 4 the run
does not answer, or not to this user.
)";

constexpr std::string_view kResumeHelp = R"(Usage: fanfetch resume DIR
Ends a pause of the run that is going on in the folder DIR. A run that has
ended is gone on with by giving its command again.

  --ledger FILE  the ledger, if not DIR/.fanfetch/ledger.sqlite
  -h, --help     this text

Exit status: 0 done, or so already; 1 no run is going on; 2 usage; 4 the run
does not answer, or not to this user.
)";

constexpr std::string_view kStopHelp = R"(Usage: fanfetch stop DIR [--no-wait]
Ends the run that is going on in the folder DIR: what is in flight gets 10 s to
finish, and the run's own command goes on from there. Returns when the folder
is free.

  --no-wait      return when the run has heard of it
  --ledger FILE  the ledger, if not DIR/.fanfetch/ledger.sqlite
  -h, --help     this text

Exit status: 0 done, or so already; 1 no run is going on; 2 usage; 4 the run
does not answer, or not to this user.
)";

/// What the command line holds, values not checked yet.
struct Words {
  std::vector<std::string> positional;
  std::string ledger, format, output, time;
  std::vector<std::string> statuses, classes, hosts;
  bool ledger_given = false, format_given = false, output_given = false;
  bool help = false, json = false, by_host = false, repair = false, strict = false, quiet = false;
  bool failed = false, image_folder = false, force = false;
  std::string limit;
  bool limit_given = false, exit_code = false;
  bool time_given = false, no_wait = false, watch = false;
};

using Read = tl::expected<Command, std::string>;

/// Each DIR that was named. Error: one is empty, or --ledger can be only one's.
tl::expected<std::vector<FolderArguments>, std::string> each_folder(const Words& words) {
  std::vector<FolderArguments> folders;
  for (const std::string& output : words.positional) {
    if (output.empty()) return tl::unexpected<std::string>("a DIR is empty");
    folders.push_back({.output = output, .ledger = words.ledger});
  }
  if (words.ledger_given && folders.size() > 1) {
    return tl::unexpected<std::string>("--ledger is for a single DIR");
  }
  return folders;
}

Read as_status(const Words& words, const FolderArguments& /*first*/) {
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

Read as_verify(const Words& words, const FolderArguments& folder) {
  return VerifyArguments{
      .folder = folder, .repair = words.repair, .strict = words.strict, .quiet = words.quiet};
}

std::optional<ExportFormat> format_of(const Words& words, std::string_view file) {
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

tl::expected<ExportFilter, std::string> export_filter(const Words& words) {
  ExportFilter filter{.failed_only = words.failed, .files_only = words.image_folder};
  auto added =
      add_to(filter, "--status", words.statuses, &ExportFilter::add_status)
          .and_then(
              [&] { return add_to(filter, "--class", words.classes, &ExportFilter::add_class); })
          .and_then([&] { return add_to(filter, "--host", words.hosts, &ExportFilter::add_host); });
  if (!added) return tl::unexpected(std::move(added.error()));
  return filter;
}

Read as_export(const Words& words, const FolderArguments& /*first*/) {
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

SteerArguments steer(const FolderArguments& folder, Request request) {
  return {.output = folder.output, .ledger = folder.ledger, .request = std::move(request)};
}

Read as_set(const Words& words, const FolderArguments& folder) {
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

Read as_pause(const Words& words, const FolderArguments& folder) {
  PauseRequest request;
  if (words.time_given) {
    const auto time = parse_time(words.time);
    if (!time) return tl::unexpected("--for: " + time.error().message);
    if (time->count() == 0) return tl::unexpected<std::string>("--for: no pause is that short");
    request.time = *time;
  }
  return steer(folder, request);
}

Read as_resume(const Words& /*words*/, const FolderArguments& folder) {
  return steer(folder, ResumeRequest{});
}

Read as_stop(const Words& words, const FolderArguments& folder) {
  SteerArguments arguments = steer(folder, StopRequest{});
  arguments.wait = !words.no_wait;
  return arguments;
}

/// One command: what it is called, takes and says of itself.
struct Row {
  std::string_view name;
  std::string_view help;
  std::size_t most_words;  // that are no options
  void (*add_options)(CLI::App&, Words&);
  Read (*read)(const Words&, const FolderArguments& first);
};

constexpr Row kCommands[] = {
    {"status", kStatusHelp, std::numeric_limits<std::size_t>::max(),
     [](CLI::App& app, Words& words) {
       app.add_flag("--exit-code", words.exit_code);
       app.add_option("--limit", words.limit)->take_last();
       app.add_flag("--json", words.json);
       app.add_flag("--by-host", words.by_host);
       app.add_flag("--watch", words.watch);
     },
     as_status},
    {"verify", kVerifyHelp, 1,
     [](CLI::App& app, Words& words) {
       app.add_flag("--repair", words.repair);
       app.add_flag("--strict", words.strict);
       app.add_flag("-q,--quiet", words.quiet);
     },
     as_verify},
    {"export", kExportHelp, std::numeric_limits<std::size_t>::max(),
     [](CLI::App& app, Words& words) {
       app.add_option("-o,--output", words.output)->take_last();
       app.add_option("--format", words.format)->take_last();
       app.add_flag("--failed", words.failed);
       app.add_flag("--image-folder", words.image_folder);
       app.add_flag("--force", words.force);
       app.add_option("--status", words.statuses)->type_size(1)->expected(1)->take_all();
       app.add_option("--class", words.classes)->type_size(1)->expected(1)->take_all();
       app.add_option("--host", words.hosts)->type_size(1)->expected(1)->take_all();
     },
     as_export},
    {"set", kSetHelp, std::numeric_limits<std::size_t>::max(), [](CLI::App&, Words&) {}, as_set},
    {"pause", kPauseHelp, 1,
     [](CLI::App& app, Words& words) { app.add_option("--for", words.time)->take_last(); },
     as_pause},
    {"resume", kResumeHelp, 1, [](CLI::App&, Words&) {}, as_resume},
    {"stop", kStopHelp, 1,
     [](CLI::App& app, Words& words) { app.add_flag("--no-wait", words.no_wait); }, as_stop},
};

const Row* find_row(std::string_view name) {
  const auto* row = std::ranges::find(kCommands, name, &Row::name);
  return row == std::end(kCommands) ? nullptr : row;
}

/// In CLI11's order, the last word first. It takes `--name=` for `--name` and would swallow the
/// next word as the value.
std::vector<std::string> words_for_cli(std::span<const char* const> given) {
  std::vector<std::string> words;
  bool only_names = false;
  for (const std::string_view word : given) {
    only_names = only_names || word == "--";
    const bool empty_value =
        !only_names && word.starts_with("--") && word.find('=') == word.size() - 1;
    words.emplace_back(empty_value ? word.substr(0, word.size() - 1) : word);
    if (empty_value) words.emplace_back();
  }
  std::reverse(words.begin(), words.end());
  return words;
}

/// What is wrong with a word that begins with a dash: no option of this command.
std::string unknown_word(const Row& row, const CLI::App& app, std::string_view word) {
  const std::string_view shown = word.substr(0, word.find('='));
  const std::string_view name = shown.substr(std::min(shown.find_first_not_of('-'), shown.size()));
  const std::string what = fmt::format("{} is not an option", shown);
  std::vector<std::string_view> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& one : option->get_lnames()) names.push_back(one);
  }
  if (const auto close = closest_words(name, names); !close.empty() && shown.starts_with("--")) {
    return fmt::format("{}; did you mean {}?", what, alternatives(close, "--"));
  }
  if (shown.starts_with("--") && find_option(name) != nullptr) {
    return fmt::format("{} of {}, but of a run: fanfetch {} ... SOURCE", what, row.name, shown);
  }
  return what;
}

/// Error: what is wrong.
tl::expected<Words, std::string> read_words(const Row& row, std::span<const char* const> given) {
  Words words;
  CLI::App app;
  app.set_help_flag();  // ours is a flag like others
  app.allow_extras();
  app.add_flag("-h,--help", words.help);
  const auto* ledger = app.add_option("--ledger", words.ledger)->take_last();
  row.add_options(app, words);
  try {
    app.parse(words_for_cli(given));
  } catch (const CLI::ArgumentMismatch& mismatch) {
    const std::string_view what = mismatch.what();  // "--ledger: 1 required TEXT missing"
    return tl::unexpected(fmt::format("{} needs a value", what.substr(0, what.find(':'))));
  } catch (const CLI::Error& error) {
    return tl::unexpected<std::string>(error.what());
  }
  words.ledger_given = ledger->count() > 0;
  const auto given_to = [&](const char* name) {
    const auto* option = app.get_option_no_throw(name);
    return option != nullptr && option->count() > 0;
  };
  words.format_given = given_to("--format");
  words.output_given = given_to("--output");
  words.limit_given = given_to("--limit");
  words.time_given = given_to("--for");
  bool only_names = false;
  for (const std::string& word : app.remaining()) {
    if (!only_names && word == "--") {
      only_names = true;
    } else if (!only_names && word.size() > 1 && word.starts_with('-') && !words.help) {
      return tl::unexpected(unknown_word(row, app, word));
    } else {
      words.positional.push_back(word);
    }
  }
  return words;
}

Read read(const Row& row, const Words& words) {
  if (words.positional.empty() || words.positional[0].empty()) {
    return tl::unexpected<std::string>("DIR is missing");
  }
  if (words.positional.size() > row.most_words) {
    return tl::unexpected(
        fmt::format("'{}' is one word too many", words.positional[row.most_words]));
  }
  if (words.ledger_given && words.ledger.empty()) {
    return tl::unexpected<std::string>("--ledger: its value is empty");
  }
  return row.read(words, {.output = words.positional[0], .ledger = words.ledger});
}

Exit usage_error(std::string_view command, std::string_view message) {
  return {kExitConfiguration, fmt::format("fanfetch {0}: {1}\nsee fanfetch {0} --help\n", command,
                                          printable(message, 2000))};
}

// --- Two commands that look at no folder ---

constexpr std::string_view kHelp = "help", kVersion = "version";

bool is_help_flag(std::string_view word) { return word == "-h" || word == "--help"; }

/// `fanfetch help [COMMAND]`.
Exit help_of(std::span<const char* const> words) {
  if (words.empty() || is_help_flag(words[0])) return {kExitSuccess, short_help()};
  const std::string_view word = words[0];
  if (word == "--help-all") return {kExitSuccess, full_help()};
  if (words.size() > 1)
    return usage_error(kHelp, fmt::format("'{}' is one word too many", words[1]));
  if (word == kHelp || word == kVersion) return {kExitSuccess, short_help()};
  if (const Row* row = find_row(word)) return {kExitSuccess, std::string(row->help)};
  std::vector<std::string_view> names;
  for (const Row& row : kCommands) names.push_back(row.name);
  return usage_error(
      kHelp, fmt::format("'{}' is not a command; there are {}", word, alternatives(names, "")));
}

/// `fanfetch version`.
Exit version_of(std::span<const char* const> words) {
  if (words.empty()) return {kExitSuccess, version_text()};
  if (is_help_flag(words[0])) return {kExitSuccess, short_help()};
  return usage_error(kVersion, fmt::format("'{}' is one word too many", words[0]));
}

}  // namespace

bool is_command_name(std::string_view word) {
  return find_row(word) != nullptr || word == kHelp || word == kVersion;
}

std::vector<std::string_view> command_names() {
  std::vector<std::string_view> names;
  for (const Row& row : kCommands) names.push_back(row.name);
  names.insert(names.end(), {kHelp, kVersion});
  return names;
}

tl::expected<Command, Exit> read_command(std::span<const char* const> words) {
  if (words[0] == kHelp) return tl::unexpected(help_of(words.subspan(1)));
  if (words[0] == kVersion) return tl::unexpected(version_of(words.subspan(1)));
  const Row& row = *find_row(words[0]);
  auto parsed = read_words(row, words.subspan(1));
  if (parsed && parsed->help) return tl::unexpected(Exit{kExitSuccess, std::string(row.help)});
  auto command = parsed ? read(row, *parsed) : tl::unexpected(std::move(parsed.error()));
  if (command) return std::move(*command);
  return tl::unexpected(usage_error(row.name, command.error()));
}

}  // namespace fanfetch
