#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/result.h"
#include "coordinator/commands/web/row_query.h"
#include "coordinator/ledger/history.h"

namespace fanfetch {

/// No look takes longer, however many rows there are: `next` says where to go on.
inline constexpr std::chrono::milliseconds kRowPatience{250};

/// A page of rows as JSON: `rows`, each with `row`, `url`, `status`, `file_name`, `bytes`,
/// `http_status`, `content_type`, `attempts`, `error`, `message`, `started_at`, `duration_ms` and
/// `node` (of a fleet, that has the file or has failed);
/// `next`, which is the `before` of what follows, null if nothing does; `last`, the number of the
/// newest row. A page may have fewer rows than asked for, or none, though there is a `next`.
/// Error: the ledger cannot be read.
[[nodiscard]] Result<std::string> row_page(History& history, const RowQuery& query,
                                           std::chrono::milliseconds patience = kRowPatience);

/// The name of the file that a row's link was saved as; nullopt: there is no such row or file.
[[nodiscard]] std::optional<std::string> file_of_row(History& history, std::int64_t row);

}  // namespace fanfetch
