#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/json/json_pointer.h"
#include "coordinator/sources/json/json_search.h"

namespace fanfetch {

/// How a list of JSON values is read.
struct JsonRowOptions {
  JsonPointer links_at;
  ColumnsWanted columns;  ///< Members of the row's object; a missing one is empty.
};

/// The links of one row of a list, a JSON value: the pointer may lead to several. A row that is not
/// JSON, or in which the pointer leads to no string, is an item with a problem that names the row;
/// an element of a `*` without such a member is an item without a link.
class JsonRows {
 public:
  explicit JsonRows(ColumnsWanted columns)
      : columns_wanted_(std::move(columns)), memory_(kMemoryBytes) {}

  /// Reads a row; what is left of the one before is dropped. `text` is trimmed. `where` names the
  /// row in problems.
  void read(std::string_view text, const JsonPointer& links_at, const NameDocument& where);
  /// A row that is no good: `shown` is its beginning.
  void refuse(std::string_view shown, std::string problem);
  /// Whether the row has a link that next() has not returned.
  [[nodiscard]] bool has_next() const { return next_item_ < items_.size(); }
  /// The row's next link, as Source::next() returns it. REQUIRES: has_next().
  [[nodiscard]] Result<std::optional<ListedItem>> next();

 private:
  void clear();
  void add_links(const JsonValue& document, std::string_view text, const JsonPointer& links_at,
                 const NameDocument& where);

  /// The parsed document of nearly every row fits in it.
  static constexpr std::size_t kMemoryBytes = std::size_t{16} * 1024;

  ColumnsWanted columns_wanted_;
  std::vector<char> memory_;       // of the document, kept from row to row
  std::vector<ListedItem> items_;  // of the current row
  std::size_t next_item_ = 0;
  // The same for all items_. Not stored in each, because a row may have many items:
  std::shared_ptr<const std::string> columns_;
  std::vector<std::string> named_;
};

}  // namespace fanfetch
