#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace fanfetch {

/// A row of a table of the help texts: what it is about, and what it is.
struct HelpEntry {
  std::string_view name, text;
};

/// What a COMMAND does, in half a sentence; what a SOURCE may be; what of the environment is read;
/// how values are written; exit statuses of a run.
enum class HelpTable : std::uint8_t { commands, sources, environment, values, statuses };
[[nodiscard]] std::span<const HelpEntry> help_table(HelpTable table);

/// `--help`: the options used most, on one screen of 24 lines with 80 columns.
[[nodiscard]] std::string short_help();

/// `fanfetch node --help`: the options that a fleet's node takes, group by group, in the form of
/// the commands' help (see read_manual()).
[[nodiscard]] std::string node_help();

/// `--help-all`: every option with its default, group by group, at most 100 columns; then how
/// values are written, the environment, the error classes and the exit statuses.
[[nodiscard]] std::string full_help();

}  // namespace fanfetch
