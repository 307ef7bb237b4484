#pragma once

#include <string>

#include "common/record.h"
#include "coordinator/report/record_keys.h"

namespace fanfetch {

/// CSV as RFC 4180 has it, but lines end with LF alone, as other tools of this system write it.
/// What is unknown is empty. Invalid UTF-8 becomes U+FFFD. Each includes its line's end.

/// The names of the columns: the keys of to_json_line().
[[nodiscard]] std::string csv_header(RecordKeys keys = RecordKeys::all);
[[nodiscard]] std::string to_csv_line(const Record& record, RecordKeys keys = RecordKeys::all);

}  // namespace fanfetch
