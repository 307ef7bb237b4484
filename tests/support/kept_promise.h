#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/support/ledger_file.h"
#include "tests/support/ranged_body.h"
#include "tests/support/result_lines.h"

namespace fanfetch::support {

/// What an output folder must hold after the run: final name → body.
using ExpectedFiles = std::map<std::string, GeneratedBody>;

/// Whether the file holds exactly that body.
[[nodiscard]] bool holds(const std::filesystem::path& file, const GeneratedBody& body);

// The parts of the promise. Each function returns the names that break it, for a failed test's
// message; empty: the promise holds.

/// Files under a final name that are incomplete or not expected.
[[nodiscard]] std::vector<std::string> broken_files(const ExpectedFiles& expected,
                                                    const std::filesystem::path& output);
/// Expected names that have no file.
[[nodiscard]] std::vector<std::string> missing_files(const ExpectedFiles& expected,
                                                     const std::filesystem::path& output);
/// Rows `saved` whose file is neither whole under its name nor, as long as the row is in `placing`,
/// whole in `.fanfetch/part`; or whose size or hash is not the file's.
[[nodiscard]] std::vector<std::string> lost_rows(const LedgerContents& ledger,
                                                 const ExpectedFiles& expected,
                                                 const std::filesystem::path& output);
/// All files in `.fanfetch/part`.
[[nodiscard]] std::vector<std::string> parts_left(const std::filesystem::path& output);

/// The results of a killed run, whose last line may be cut. Empty if there is no such file.
[[nodiscard]] std::vector<ResultLine> results_so_far(const std::filesystem::path& results);

}  // namespace fanfetch::support
