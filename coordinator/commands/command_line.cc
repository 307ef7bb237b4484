#include "coordinator/commands/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>
#include <ranges>
#include <vector>

#include "common/utf8.h"
#include "coordinator/commands/arguments/argument_readers.h"
#include "coordinator/commands/command_help.h"
#include "coordinator/options/closest_words.h"
#include "coordinator/options/help_text.h"
#include "coordinator/options/option_table.h"
#include "coordinator/options/version_text.h"

namespace fanfetch {
namespace {

/// One command: what it is called, takes and says of itself.
struct Row {
  std::string_view name;
  std::string_view help;
  std::size_t most_words;  // that are no options
  void (*add_options)(CLI::App&, CommandWords&);
  ReadArguments (*read)(const CommandWords&, const RunFolder& first);
  bool takes_settings = false;  // NAME=VALUE behind DIR
};

void add_fleet_options(CLI::App& app, CommandWords& words) {
  app.add_option("--fleet", words.fleet)->take_last();
  app.add_option("--fleet-job", words.fleet_job)->take_last();
  app.add_option("--fleet-auth-file", words.fleet_auth_file)->take_last();
  app.add_option("--fleet-cacert", words.fleet_ca_file)->take_last();
}

constexpr Row kCommands[] = {
    {"status", kStatusHelp, std::numeric_limits<std::size_t>::max(),
     [](CLI::App& app, CommandWords& words) {
       app.add_flag("--exit-code", words.exit_code);
       app.add_option("--limit", words.limit)->take_last();
       app.add_flag("--json", words.json);
       app.add_flag("--by-host", words.by_host);
       app.add_flag("--watch", words.watch);
       add_fleet_options(app, words);
     },
     status_arguments},
    {"verify", kVerifyHelp, 1,
     [](CLI::App& app, CommandWords& words) {
       app.add_flag("--repair", words.repair);
       app.add_flag("--strict", words.strict);
       app.add_flag("-q,--quiet", words.quiet);
     },
     verify_arguments},
    {"export", kExportHelp, std::numeric_limits<std::size_t>::max(),
     [](CLI::App& app, CommandWords& words) {
       app.add_option("-o,--output", words.output)->take_last();
       app.add_option("--format", words.format)->take_last();
       app.add_flag("--failed", words.failed);
       app.add_flag("--image-folder", words.image_folder);
       app.add_flag("--force", words.force);
       app.add_option("--status", words.statuses)->type_size(1)->expected(1)->take_all();
       app.add_option("--class", words.classes)->type_size(1)->expected(1)->take_all();
       app.add_option("--host", words.hosts)->type_size(1)->expected(1)->take_all();
     },
     export_arguments},
    {"report", kReportHelp, 1,
     [](CLI::App& app, CommandWords& words) {
       app.add_option("-o,--output", words.output)->take_last();
       app.add_flag("--force", words.force);
     },
     report_arguments},
    {"top", kTopHelp, 1, add_fleet_options, top_arguments},
    {"web", kWebHelp, 1,
     [](CLI::App& app, CommandWords& words) {
       app.add_option("--listen", words.listen)->take_last();
       app.add_option("--token-file", words.token_file)->take_last();
       app.add_flag("--read-only", words.read_only);
     },
     web_arguments},
    {"set", kSetHelp, std::numeric_limits<std::size_t>::max(), [](CLI::App&, CommandWords&) {},
     set_arguments, true},
    {"pause", kPauseHelp, 1,
     [](CLI::App& app, CommandWords& words) { app.add_option("--for", words.time)->take_last(); },
     pause_arguments},
    {"resume", kResumeHelp, 1, [](CLI::App&, CommandWords&) {}, resume_arguments},
    {"stop", kStopHelp, 1,
     [](CLI::App& app, CommandWords& words) { app.add_flag("--no-wait", words.no_wait); },
     stop_arguments},
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
  std::string what = fmt::format("{} is not an option", shown);
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

/// All options of the command, its own and those of each.
void add_all_options(const Row& row, CLI::App& app, CommandWords& words) {
  app.set_help_flag();  // ours is a flag like others
  app.add_flag("-h,--help", words.help);
  app.add_option("--ledger", words.ledger)->take_last();
  row.add_options(app, words);
}

/// Error: what is wrong.
tl::expected<CommandWords, std::string> read_words(const Row& row,
                                                   std::span<const char* const> given) {
  CommandWords words;
  CLI::App app;
  app.allow_extras();
  add_all_options(row, app, words);
  try {
    app.parse(words_for_cli(given));
  } catch (const CLI::ArgumentMismatch& mismatch) {
    const std::string_view what = mismatch.what();  // "--ledger: 1 required TEXT missing"
    return tl::unexpected(fmt::format("{} needs a value", what.substr(0, what.find(':'))));
  } catch (const CLI::Error& error) {
    return tl::unexpected<std::string>(error.what());
  }
  const auto given_to = [&](const char* name) {
    const auto* option = app.get_option_no_throw(name);
    return option != nullptr && option->count() > 0;
  };
  words.ledger_given = given_to("--ledger");
  words.format_given = given_to("--format");
  words.output_given = given_to("--output");
  words.limit_given = given_to("--limit");
  words.time_given = given_to("--for");
  words.listen_given = given_to("--listen");
  words.token_file_given = given_to("--token-file");
  words.fleet_given = given_to("--fleet");
  words.fleet_job_given = given_to("--fleet-job");
  words.fleet_auth_file_given = given_to("--fleet-auth-file");
  words.fleet_ca_file_given = given_to("--fleet-cacert");
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

/// A folder with such a name is written ./NAME=VALUE.
bool is_setting(std::string_view word) {
  const std::size_t sign = word.find_first_of("=/");
  return sign != word.npos && word[sign] == '=';
}

bool names_folder(const Row& row, const CommandWords& words) {
  return !words.positional.empty() && !(row.takes_settings && is_setting(words.positional[0]));
}

ReadArguments read(const Row& row, CommandWords words, const FindFolder& find_folder) {
  if (words.positional.size() > row.most_words) {
    return tl::unexpected(
        fmt::format("'{}' is one word too many", words.positional[row.most_words]));
  }
  if (words.ledger_given && words.ledger.empty()) {
    return tl::unexpected<std::string>("--ledger: its value is empty");
  }
  if (words.fleet_given) return row.read(words, {});
  if (!names_folder(row, words)) {
    auto found = find_folder();
    if (!found) return tl::unexpected(std::move(found.error().message));
    words.positional.insert(words.positional.begin(), std::move(found->output));
    if (!words.ledger_given) words.ledger = std::move(found->ledger);
  }
  if (words.positional[0].empty()) return tl::unexpected<std::string>("a DIR is empty");
  return row.read(words, {.output = words.positional[0], .ledger = words.ledger});
}

Exit usage_error(std::string_view command, std::string_view message) {
  return {kExitConfiguration, fmt::format("fanfetch {0}: {1}\nsee fanfetch {0} --help\n", command,
                                          printable(message, 2000))};
}

// --- Two commands that look at no folder ---

constexpr std::string_view kHelp = "help", kVersion = "version";
/// A run, of which more is said as of a command.
constexpr std::string_view kNode = "node";

bool is_help_flag(std::string_view word) { return word == "-h" || word == "--help"; }

/// `fanfetch help [COMMAND]`.
Exit help_of(std::span<const char* const> words) {
  if (words.empty() || is_help_flag(words[0])) return {kExitSuccess, short_help()};
  const std::string_view word = words[0];
  if (word == "--help-all") return {kExitSuccess, full_help()};
  if (words.size() > 1)
    return usage_error(kHelp, fmt::format("'{}' is one word too many", words[1]));
  if (word == kHelp || word == kVersion) return {kExitSuccess, short_help()};
  if (word == kNode) return {kExitSuccess, node_help()};
  if (const Row* row = find_row(word)) return {kExitSuccess, std::string(row->help)};
  std::vector<std::string_view> names;
  for (const Row& row : kCommands) names.push_back(row.name);
  names.push_back(kNode);
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
  names.insert(names.end(), {kNode, kHelp, kVersion});
  return names;
}

std::vector<CommandDescription> describe_commands() {
  std::vector<CommandDescription> commands;
  for (const Row& row : kCommands) {
    CommandWords words;
    CLI::App app;
    add_all_options(row, app, words);
    CommandDescription command{.name = row.name, .help = std::string(row.help), .options = {}};
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_snames()) command.options.push_back('-' + name);
      for (const std::string& name : option->get_lnames()) command.options.push_back("--" + name);
    }
    commands.push_back(std::move(command));
  }
  CommandDescription node{.name = kNode, .help = node_help(), .options = {}};
  for (const OptionRow& row : option_table()) {
    if (is_of_node(row) && row.in_config != InConfig::only) {
      for (const auto& name : row.names | std::views::split(',')) {
        node.options.emplace_back(name.begin(), name.end());
      }
    }
  }
  commands.push_back(std::move(node));
  return commands;
}

tl::expected<Command, Exit> read_command(std::span<const char* const> words,
                                         const FindFolder& find_folder) {
  if (words[0] == kHelp) return tl::unexpected(help_of(words.subspan(1)));
  if (words[0] == kVersion) return tl::unexpected(version_of(words.subspan(1)));
  const Row& row = *find_row(words[0]);
  auto parsed = read_words(row, words.subspan(1));
  if (parsed && parsed->help) return tl::unexpected(Exit{kExitSuccess, std::string(row.help)});
  auto command = parsed ? read(row, std::move(*parsed), find_folder)
                        : tl::unexpected(std::move(parsed.error()));
  if (command) return std::move(*command);
  return tl::unexpected(usage_error(row.name, command.error()));
}

}  // namespace fanfetch
