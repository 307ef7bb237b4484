#pragma once

#include <string>
#include <vector>

#include "coordinator/link/record.h"
#include "coordinator/report/record_keys.h"

namespace fanfetch {

/// CSV as RFC 4180 has it, but lines end with LF alone, as other tools of this system write it.
/// What is unknown is empty. Invalid UTF-8 becomes U+FFFD. Each includes its line's end.

/// Keys of the lists' own columns, in the order in which they are written behind the records'.
using ColumnKeys = std::vector<std::string>;

/// Adds the keys of this record's own columns that are not there yet.
void add_column_keys(const Record& record, ColumnKeys& keys);

/// The names of the columns: the keys of to_json_line().
[[nodiscard]] std::string csv_header(RecordKeys keys = RecordKeys::all,
                                     const ColumnKeys& columns = {});
/// Own columns of the record that are not among `columns` are left out.
[[nodiscard]] std::string to_csv_line(const Record& record, RecordKeys keys = RecordKeys::all,
                                      const ColumnKeys& columns = {});

}  // namespace fanfetch
