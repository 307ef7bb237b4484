#pragma once

#include <vector>

#include "coordinator/names/name_template.h"
#include "coordinator/options/options.h"
#include "coordinator/process/exit.h"
#include "coordinator/reading/reader.h"
#include "coordinator/sources/entry/source.h"

namespace fanfetch {

/// --dry-run: prints what a run would do, and changes nothing. Throws an Exit where no run would
/// begin.
[[nodiscard]] Exit rehearse(const Options& options, std::vector<ReaderSource> sources,
                            SourceContext context, NameTemplate names);

}  // namespace fanfetch
