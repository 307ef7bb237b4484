#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "coordinator/report/record_keys.h"

namespace fanfetch {

/// One of the list's own columns in a record.
struct ListColumn {
  std::string_view key;    ///< Its name, or `src_NAME` to be unique within the record.
  std::string_view value;  ///< A string's text, any other value as JSON.
  bool is_text = false;
};

/// Calls `visit` for each column of `columns` (see Record::columns), in the order of the list. A
/// name that is also a key of records (even one that is not written, or is only reserved), or that
/// came before, becomes `src_NAME`, then `src_NAME_2` and so on. If `columns` is not a JSON object
/// in UTF-8, which only a damaged ledger holds, all of it is one text: the column
/// kDamagedColumnsKey.
void each_column(std::string_view columns, const std::function<void(const ListColumn&)>& visit);

}  // namespace fanfetch
