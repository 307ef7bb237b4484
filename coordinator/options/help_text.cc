#include "coordinator/options/help_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "common/error_meaning.h"
#include "coordinator/options/option_table.h"

namespace fanfetch {
namespace {

constexpr std::size_t kIndent = 2, kGap = 2, kColumns = 100;

/// `  left    text`, the text in lines of at most `columns` in all.
void add_entry(std::string& help, std::string_view left, std::string_view text,
               std::size_t left_width, std::size_t columns) {
  const std::size_t text_width = columns - kIndent - left_width - kGap;
  do {
    std::size_t end = text.size();
    if (end > text_width) {
      end = text.rfind(' ', text_width);
      if (end == std::string_view::npos) end = text_width;
    }
    help += fmt::format("{:{}}{:<{}}{:{}}{}\n", "", kIndent, left, left_width, "", kGap,
                        text.substr(0, end));
    left = "";
    text.remove_prefix(std::min(text.size(), end + 1));
  } while (!text.empty());
}

/// `-d, -o, --output DIR`
std::string left_column(const OptionRow& row) {
  std::string text;
  for (const char c : row.names) text += c == ',' ? std::string(", ") : std::string(1, c);
  if (row.in_config == InConfig::only) text.append(" =");
  if (!row.value.empty()) text.append(" ").append(row.value);
  return text;
}

std::string right_column(const OptionRow& row) {
  if (row.default_text.empty()) return std::string(row.meaning);
  return fmt::format("{} (default: {})", row.meaning, row.default_text);
}

bool is_short(const OptionRow& row) { return row.short_help == ShortHelp::yes; }

constexpr std::string_view kUsage =
    "Usage: fanfetch [OPTIONS] [SOURCE...]   or: fanfetch COMMAND [DIR] [OPTIONS]\n";

/// fanfetch help COMMAND says more of each.
constexpr HelpEntry kCommands[] = {
    {"status", "what was saved in DIR, and what failed"},
    {"verify", "whether the files in DIR are still what was saved"},
    {"export", "a record of each link of DIR"},
    {"report", "what was saved and what failed, as a page for a browser"},
    {"top", "the run that is going on in DIR, on the whole terminal"},
    {"web", "DIR in a browser, with that run: --listen 127.0.0.1:8080"},
    {"set", "changes that run: jobs=8 limit-rate=2M"},
    {"pause", "nothing new starts in that run"},
    {"resume", "it goes on"},
    {"stop", "ends that run politely, with exit status 6"},
    {"node", "fetches links of a fleet's driver: --fleet URL -o DIR"},
    {"help", "this text, or with a COMMAND what it does"},
    {"version", "the version, and of what it is made"},
};

constexpr HelpEntry kSources[] = {
    {"(none), imgur", "the Imgur gallery; needs a client ID"},
    {"imgur:LISTING", "top/time/week, r/NAME, t/TAG, a/ID, search?q=WORDS, or a pasted Imgur page"},
    {"PATH, -",
     "a list of links: one a line (URL, tab, NAME names the file), or .csv .tsv .jsonl .json, also "
     ".gz or .zst; - is stdin. A word without / . or : is never a file"},
    {"http(s)://...", "that one link; with --links-at a JSON API"},
};

constexpr HelpEntry kEnvironment[] = {
    {"IMGUR_CLIENT_ID", "the Imgur client ID, unless --client-id-file is given"},
    {"CREDENTIALS_DIRECTORY",
     "its file imgur-client-id has the ID, if nothing else gives one (systemd)"},
    {"http_proxy, https_proxy, all_proxy, no_proxy", "proxies, unless --proxy is given"},
    {"SSL_CERT_FILE", "certificates to trust, unless --cacert is given"},
    {"FANFETCH_FLEET_AUTH",
     "[USER:]PASSWORD of a fleet's Redis, unless --fleet-auth-file is given"},
    {"XDG_CONFIG_HOME", "fanfetch/config below it, or below ~/.config, is read: name = value"},
    {"NO_COLOR", "no colours"},
    {"TERM=dumb", "no bar that is drawn over and over"},
};

constexpr HelpEntry kValues[] = {
    {"BYTES",
     "K, M, G, T and KiB ... are 1024, KB, MB ... 1000; /s may stand behind: 64K, 1.5GiB, 2MB/s"},
    {"TIME", "90 (seconds), 90s, 10m, 1h30m, 2d"},
    {"RATE", "5/s, 100/m, 1000/h"},
    {"none, off, 0", "each switches off any limit of these"},
};

constexpr HelpEntry kStatuses[] = {
    {"0", "all saved or kept"},
    {"1", "more links failed than --max-failed"},
    {"2", "usage, configuration or no client ID"},
    {"3", "the list of links could not be had, or a client ID was refused"},
    {"4", "the output cannot be written, or is nearly full"},
    {"5", "another run is there"},
    {"6", "ended early as asked"},
    {"70", "fanfetch failed"},
};

void add_entries(std::string& help, std::string_view heading, std::span<const HelpEntry> entries,
                 std::size_t columns) {
  std::size_t width = 0;
  for (const HelpEntry& entry : entries) width = std::max(width, entry.name.size());
  help += fmt::format("\n{}:\n", heading);
  for (const HelpEntry& entry : entries) add_entry(help, entry.name, entry.text, width, columns);
}

/// But for `version`, which is an option, too: more is no line.
std::string command_names() {
  std::string names;
  for (const HelpEntry& command : kCommands) {
    if (command.name == "version") continue;
    names.append(names.empty() ? "" : " ").append(command.name);
  }
  return names;
}

std::vector<HelpEntry> error_classes() {
  std::vector<HelpEntry> entries;
  for (int i = 0; i < kErrorClasses; ++i) {
    const auto error = static_cast<ErrorClass>(i);
    entries.push_back({name(error), meaning(error)});
  }
  return entries;
}

}  // namespace

std::span<const HelpEntry> help_table(HelpTable table) {
  switch (table) {
    case HelpTable::commands: return kCommands;
    case HelpTable::sources: return kSources;
    case HelpTable::environment: return kEnvironment;
    case HelpTable::values: return kValues;
    case HelpTable::statuses: return kStatuses;
  }
  return {};
}

std::string short_help() {
  std::string help(kUsage);
  help +=
      "Downloads all links of each SOURCE: a list file, - (stdin), a URL, or the Imgur\n"
      "gallery, which needs IMGUR_CLIENT_ID in the environment.\n\n";
  std::size_t width = 0;
  for (const OptionRow& row : option_table()) {
    if (is_short(row)) width = std::max(width, left_column(row).size());
  }
  for (const OptionRow& row : option_table()) {
    if (is_short(row)) add_entry(help, left_column(row), right_column(row), width, 80);
  }
  help += fmt::format("\nCommands: {}\n", command_names());
  help += "Exit status:";
  std::string_view separator = " ";
  std::size_t column = help.size() - help.rfind('\n') - 1;
  for (const HelpEntry& status : kStatuses) {
    const std::string text = fmt::format("{} {}", status.name, status.text);
    if (column + separator.size() + text.size() + 1 > 80) {
      separator = ",\n  ";
      column = 0;
    }
    help.append(separator).append(text);
    column += separator.size() + text.size();
    separator = ", ";
  }
  return help + ".\n";
}

std::string node_help() {
  std::string help =
      "Usage: fanfetch node --fleet URL -o DIR [OPTIONS]\n"
      "Downloads links of a list that a driver, fanfetch SOURCE --fleet URL, shares among machines "
      "by\n"
      "that Redis, until the list is done. It reads no SOURCE, and what holds for all nodes, as "
      "retries,\n"
      "limits of hosts and names do, is the driver's to say. The page fanfetch-guide(7) has "
      "more.\n";
  const auto is_shown = [](const OptionRow& row) {
    return is_of_node(row) && row.in_config != InConfig::only;
  };
  std::size_t width = 0;
  for (const OptionRow& row : option_table()) {
    if (is_shown(row)) width = std::max(width, left_column(row).size());
  }
  std::string_view group;
  for (const OptionRow& row : option_table()) {
    if (!is_shown(row)) continue;
    if (row.group != group) help += fmt::format("\n{}:\n", row.group);
    group = row.group;
    add_entry(help, left_column(row), right_column(row), width, kColumns);
  }
  return help +
         "\nExit status: 0 the job is done, whatever failed; 2 usage or configuration, another\n"
         "version's driver, or several jobs and no --fleet-job; 3 Redis could not be had for "
         "--max-wait,\n"
         "or no driver for --wait; 4 the output cannot be written, or is nearly full; 5 another "
         "run is\n"
         "there; 6 ended early as asked, or with its fleet; 70 fanfetch failed. A signal hands all "
         "back\n"
         "and is what it dies of (130, 143).\n";
}

std::string full_help() {
  std::string help(kUsage);
  add_entries(help, "SOURCE", kSources, kColumns);
  add_entries(help, "COMMAND", kCommands, kColumns);
  std::size_t width = 0;
  for (const OptionRow& row : option_table()) width = std::max(width, left_column(row).size());
  std::string_view group;
  for (const OptionRow& row : option_table()) {
    if (row.group != group) help += fmt::format("\n{}:\n", row.group);
    group = row.group;
    add_entry(help, left_column(row), right_column(row), width, kColumns);
  }
  add_entries(help, "Values", kValues, kColumns);
  add_entries(help, "Environment", kEnvironment, kColumns);
  add_entries(help, "Error classes (of --results, --retry-failed and export --class)",
              error_classes(), kColumns);
  add_entries(help, "Exit status", kStatuses, kColumns);
  help +=
      "\nInterrupted, fanfetch gives what is in flight 10 s and dies of the signal (130, 143); a "
      "second\nsignal stops it at once.\n";
  return help;
}

}  // namespace fanfetch
