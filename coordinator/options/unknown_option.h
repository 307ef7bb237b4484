#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

// What to say of a word that is no option of a run, as a sentence: `--tries is not an option;
// --retries N sets the tries after the first`, `'nmae' is not an option; did you mean name?`. Pure.

/// `word`: of the command line, such as `--tries=5` or `-x16`. What stands behind `=` is left out,
/// as it may be a secret.
[[nodiscard]] std::string unknown_option(std::string_view word);

/// `name`: of a configuration file.
[[nodiscard]] std::string unknown_setting(std::string_view name);

}  // namespace fanfetch
