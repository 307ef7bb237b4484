#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>

#include "common/result.h"
#include "coordinator/commands/folder/export_filter.h"
#include "coordinator/link/record.h"

namespace fanfetch {

/// Which rows of a ledger are asked for, newest first.
struct RowQuery {
  static constexpr std::size_t kMost = 200;  ///< Rows of a page.

  ExportFilter filter;    ///< `status`, `class`, `host`: as fanfetch export has them.
  std::string text;       ///< `text`: in the link or the file's name; lower case; empty: any.
  bool pictures = false;  ///< `kind=pictures`: saved, and called a picture by server or name.
  /// `before`: rows below this one, so that rows that come meanwhile move no page.
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  std::size_t most = 50;  ///< `most`: rows of the page.

  [[nodiscard]] bool takes(const Record& record) const;
};

/// `words`: the query of an address, decoded. Error: what is wrong with it. Pure.
[[nodiscard]] Result<RowQuery> parse_row_query(
    const std::multimap<std::string, std::string>& words);

}  // namespace fanfetch
