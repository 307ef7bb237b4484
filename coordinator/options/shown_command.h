#pragma once

#include <string>

namespace fanfetch {

/// A run's command line as people may see it and give it again: words that a shell would take apart
/// are quoted, and secrets (the values of headers, passwords in URLs) are `…`. At most some 4 KiB;
/// what is left out is ` …`, too. Pure.
[[nodiscard]] std::string shown_command(int argc, const char* const* argv);

}  // namespace fanfetch
