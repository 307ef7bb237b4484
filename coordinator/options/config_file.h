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

/// $XDG_CONFIG_HOME/fanfetch/config or ~/.config/fanfetch/config; nullopt if there is no home or no
/// such file.
[[nodiscard]] std::optional<std::string> default_config_path();

}  // namespace fanfetch
