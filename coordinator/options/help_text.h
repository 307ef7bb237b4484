#pragma once

#include <string>

namespace fanfetch {

/// `--help`: the options used most, on one screen of 24 lines with 80 columns.
[[nodiscard]] std::string short_help();

/// `--help-all`: every option with its default, group by group, at most 100 columns; then how
/// values are written, the environment, the error classes and the exit statuses.
[[nodiscard]] std::string full_help();

}  // namespace fanfetch
