#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fanfetch::support {

/// One row of the ledger's table `links`, read without the program's own code.
struct LedgerRow {
  std::string url;
  std::string status;  ///< saved or failed.
  std::optional<std::string> file_name;
  std::optional<std::int64_t> bytes;
  std::optional<std::string> sha256;  ///< In lower-case hexadecimal.
  std::int64_t run = 0;
  std::optional<std::string> part;  ///< If in `placing`: the part to be renamed to file_name.
};

struct LedgerContents {
  std::string integrity;  ///< Output of `PRAGMA integrity_check`: "ok", or what is wrong.
  std::vector<LedgerRow> rows;
  std::size_t placing = 0;
  std::size_t runs = 0;
};

/// The contents of `<output>/.fanfetch/ledger.sqlite`, including its write-ahead log. Reads a copy,
/// so that a crashed run's files stay unchanged. nullopt: there is no ledger, or it has no tables
/// yet. Throws std::runtime_error if SQLite cannot read it.
[[nodiscard]] std::optional<LedgerContents> read_ledger(const std::filesystem::path& output);

/// Checkpoints the write-ahead log of a ledger in use, so that the next commit overwrites the log
/// from its start. False: the run that uses it blocked the checkpoint.
[[nodiscard]] bool restart_ledger_log(const std::filesystem::path& output);

}  // namespace fanfetch::support
