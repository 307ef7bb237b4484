#pragma once

#include <string>

namespace fanfetch {

/// A run's command line as people may see it and give it again: words that a shell would take apart
/// are quoted, and secrets (the values of headers, passwords in URLs) are `…`. At most some 4 KiB;
/// what is left out is ` …`, too. Pure.
[[nodiscard]] std::string shown_command(int argc, const char* const* argv);

/// Of that, the options that a run which tries some of the links again needs as well, each after a
/// blank; empty: there are none. See is_needed_again().
[[nodiscard]] std::string shown_options_again(int argc, const char* const* argv);

}  // namespace fanfetch
