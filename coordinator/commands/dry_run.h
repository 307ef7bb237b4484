#pragma once

#include "coordinator/options/options.h"
#include "coordinator/reading/reader.h"

namespace fanfetch {

/// `--dry-run`: prints `URL<tab>NAME` for each link that would be fetched, to stdout, and what is
/// wrong with the others to stderr. Asks for nothing but listings. Returns the exit status.
[[nodiscard]] int dry_run(const Options& options, Reader& reader);

}  // namespace fanfetch
