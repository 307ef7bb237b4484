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
  std::optional<std::string> part;  ///< Still in `placing`: the part that is to get the name.
};

struct LedgerContents {
  std::string integrity;  ///< What `PRAGMA integrity_check` says: "ok", or what is wrong.
  std::vector<LedgerRow> rows;
  std::size_t placing = 0;
  std::size_t runs = 0;
};

/// What SQLite finds in `<output>/.fanfetch/ledger.sqlite` as it lies there, a write-ahead log
/// included. Works on a copy: a crashed run's files stay as they are. None: there is no ledger,
/// or it came to no table.
/// Throws std::runtime_error if SQLite cannot read it.
[[nodiscard]] std::optional<LedgerContents> read_ledger(const std::filesystem::path& output);

/// Has SQLite move the write-ahead log of a ledger in use into its database: the next commit then
/// overwrites the log from its start. False: the run that uses it was in the way.
[[nodiscard]] bool restart_ledger_log(const std::filesystem::path& output);

}  // namespace fanfetch::support
