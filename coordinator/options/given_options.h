#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "coordinator/options/option_table.h"

namespace fanfetch {

/// What a command line holds, values not checked yet.
struct GivenOptions {
  std::map<const OptionRow*, std::vector<std::string>> given;  ///< All values of all occurrences.
  std::vector<std::string> sources;                            ///< Words that are no options.

  [[nodiscard]] bool has(std::string_view long_name) const {
    return given.count(find_option(long_name)) > 0;
  }
};

/// Error: an option that is not known, or has no value; a sentence. With --help or --help-all that
/// is none: what was wrong, help tells.
[[nodiscard]] Result<GivenOptions> read_given_options(int argc, const char* const* argv);

}  // namespace fanfetch
