#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "coordinator/report/record_keys.h"

namespace fanfetch {

/// One of the list's own columns in a record.
struct ListColumn {
  std::string_view key;    ///< Its name, or `src_NAME`: no other key of the record is the same.
  std::string_view value;  ///< Text as it is, anything else as JSON.
  bool is_text = false;
};

/// Calls `visit` for each column of `columns` (see Record::columns), in the order of the list.
/// A name that is a key of records, whichever are written, or that came before in this list becomes
/// `src_NAME`, then `src_NAME_2` and so on. Of something that is no JSON object, nothing comes.
void each_column(std::string_view columns, const std::function<void(const ListColumn&)>& visit);

}  // namespace fanfetch
