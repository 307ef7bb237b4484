#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/support/ledger_file.h"
#include "tests/support/ranged_body.h"
#include "tests/support/result_lines.h"

namespace fanfetch::support {

/// What an output folder should hold in the end: final name → body.
using ExpectedFiles = std::map<std::string, GeneratedBody>;

/// Does the file hold exactly that body?
[[nodiscard]] bool holds(const std::filesystem::path& file, const GeneratedBody& body);

// The promise, piece by piece. Each returns the offenders' names, so that a failed test says them;
// empty: the promise holds.

/// Files under a final name that are not whole, or that nobody expects.
[[nodiscard]] std::vector<std::string> broken_files(const ExpectedFiles& expected,
                                                    const std::filesystem::path& output);
/// Expected names without a file.
[[nodiscard]] std::vector<std::string> missing_files(const ExpectedFiles& expected,
                                                     const std::filesystem::path& output);
/// Rows `saved` whose file is neither whole under its name nor, as long as the row is in `placing`,
/// whole in `.fanfetch/part`; or whose size or hash is not the file's.
[[nodiscard]] std::vector<std::string> lost_rows(const LedgerContents& ledger,
                                                 const ExpectedFiles& expected,
                                                 const std::filesystem::path& output);
/// Whatever lies in `.fanfetch/part`.
[[nodiscard]] std::vector<std::string> parts_left(const std::filesystem::path& output);

/// The results that a killed run left: its last line may be cut. Empty if there is no such file.
[[nodiscard]] std::vector<ResultLine> results_so_far(const std::filesystem::path& results);

}  // namespace fanfetch::support
