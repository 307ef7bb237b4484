#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "coordinator/commands/checks/file_check.h"

namespace fanfetch {

/// What a verification has found so far.
struct VerifyCounts {
  std::uint64_t files = 0;  ///< Looked at; the foreign ones are not among them.
  std::uint64_t bytes = 0;  ///< Read.
  std::uint64_t good = 0, missing = 0, changed = 0, foreign = 0, unreadable = 0;
  std::uint64_t others = 0;    ///< In a folder that nodes share: of one of them, or foreign.
  std::uint64_t own = 0;       ///< Results, exports and the like that fanfetch wrote.
  std::uint64_t noted = 0;     ///< Good ones with another time or mark, noted.
  std::uint64_t in_place = 0;  ///< Changed ones that a run replaces: they look as saved.

  [[nodiscard]] bool anything_differs() const { return missing + changed > 0; }
};

/// Counts one finding; `expected` is what the ledger has of its file.
void add(VerifyCounts& counts, const Finding& finding, const std::optional<FileStamp>& expected);

/// Why a file is not what was saved: `its size is 3 bytes, not 7`; empty for one that is, and for
/// one that is missing.
[[nodiscard]] std::string why_changed(const Finding& finding,
                                      const std::optional<FileStamp>& expected);

/// `missing: NAME`, `changed: NAME: why`: for stdout, safe to print, with a newline. nullopt:
/// nothing to report of it there.
[[nodiscard]] std::optional<std::string> finding_line(const Finding& finding,
                                                      const std::string& name,
                                                      const std::optional<FileStamp>& expected);
[[nodiscard]] std::string foreign_line(const std::string& name);

enum class Repair { no, yes };

/// For stderr: what was repaired and what the next run will do, or how to repair; at last
/// `verified 91 files (12.4 MiB) in 1.2s: 90 good, 0 missing, 1 changed, 0 foreign`,
/// and `, 2 of fanfetch's own`, `, 2 of other nodes or foreign` if there are such.
[[nodiscard]] std::vector<std::string> closing_lines(const VerifyCounts& counts, Duration took,
                                                     Repair repair);

}  // namespace fanfetch
