#pragma once

#include <string>
#include <vector>

#include "coordinator/link/record.h"
#include "coordinator/report/record_keys.h"

namespace fanfetch {

// CSV by RFC 4180, except that lines end with LF, as usual on this system. Unknown values are
// empty. Invalid UTF-8 becomes U+FFFD. All functions return lines with their newline.

/// Keys of the lists' own columns, in the order in which they follow the records' own keys.
using ColumnKeys = std::vector<std::string>;

/// Adds those keys of the record's columns that `keys` lacks.
void add_column_keys(const Record& record, ColumnKeys& keys);

/// The names of the columns: the keys of to_json_line().
[[nodiscard]] std::string csv_header(RecordKeys keys = RecordKeys::all,
                                     const ColumnKeys& columns = {});
/// Columns of the record that are not among `columns` are left out.
[[nodiscard]] std::string to_csv_line(const Record& record, RecordKeys keys = RecordKeys::all,
                                      const ColumnKeys& columns = {});

}  // namespace fanfetch
