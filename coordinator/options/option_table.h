#pragma once

#include <span>
#include <string>
#include <string_view>

#include "coordinator/options/options.h"

namespace fanfetch {

enum class ShortHelp : std::uint8_t { no, yes };
/// Whether an option may stand in a configuration file, or there alone.
enum class InConfig : std::uint8_t { no, yes, only };

/// Who takes an option where many machines share a list.
enum class InFleet : std::uint8_t {
  driver,    ///< The driver alone.
  job,       ///< The driver, which tells all nodes.
  machine,   ///< Driver and node, each for itself.
  both,      ///< All three: what it means for the job, and for the machine.
  fetching,  ///< A node: a driver fetches nothing.
};

/// One option: all that the command line, the configuration file and both help texts know of it.
struct OptionRow {
  std::string_view names;  ///< `-d,-o,--output`
  std::string_view value;  ///< `DIR`; empty: a flag; two words: two values.
  std::string_view group;  ///< Its heading in --help-all.
  std::string_view meaning;
  std::string_view default_text;  ///< As a user could write it; empty: it has none.
  ShortHelp short_help = ShortHelp::no;
  InConfig in_config = InConfig::yes;

  /// Checks one occurrence and puts it into the options. In: value_count() values, for a flag
  /// `true` or `false`. Error: what is wrong with it, without the option's name. Null: what the
  /// option does is no setting of a run (--help), read_options() does it.
  Result<> (*apply)(Options&, std::span<const std::string> values) = nullptr;
  InFleet in_fleet = InFleet::driver;

  /// 0 for a flag.
  [[nodiscard]] int value_count() const;
  /// `output`: the last name, without dashes.
  [[nodiscard]] std::string_view long_name() const;
  /// `--output`, or the short form where there is no other.
  [[nodiscard]] std::string_view main_name() const;
};

/// Whether the option says how links are asked for, and what is taken for their files: a run that
/// tries some of them again needs it, too.
[[nodiscard]] bool is_needed_again(const OptionRow& row);

/// Whether the option holds for all nodes of a fleet, so that it is given to the driver.
[[nodiscard]] bool is_of_job(const OptionRow& row);
/// Whether it is one of the machine that runs, so that a node takes it.
[[nodiscard]] bool is_of_node(const OptionRow& row);

/// All options, group by group, in the order of the help texts.
[[nodiscard]] std::span<const OptionRow> option_table();

/// `name` is the long form without dashes. Returns nullptr if there is no such option.
[[nodiscard]] const OptionRow* find_option(std::string_view long_name);

}  // namespace fanfetch
