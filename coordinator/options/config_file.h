#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "coordinator/options/option_table.h"

namespace fanfetch {

/// One line of a configuration file.
struct Setting {
  const OptionRow* option = nullptr;
  std::vector<std::string> values;  ///< As many as the option takes; one for a flag.
  int line = 0;                     ///< From 1.
};

/// Reads `name = value` lines; blank ones and those with a leading '#' do not count. The value is
/// all that stands behind the first '=', a '#' too. Values are not checked yet. Error: names `path`
/// and the line.
[[nodiscard]] Result<std::vector<Setting>> parse_config(const std::string& path,
                                                        std::string_view content);

/// The same of what the file `path` holds. Error: or that it cannot be read.
[[nodiscard]] Result<std::vector<Setting>> read_config(const std::string& path);

/// Checks the values of `setting`, a line of `path`, and stores them. Error: names the line and the
/// setting.
[[nodiscard]] Result<> apply_setting(Options& options, const std::string& path,
                                     const Setting& setting);

/// $XDG_CONFIG_HOME/fanfetch/config or ~/.config/fanfetch/config; nullopt if there is no home or no
/// such file.
[[nodiscard]] std::optional<std::string> default_config_path();

}  // namespace fanfetch
