#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "coordinator/sources/entry/source.h"

namespace fanfetch {

/// Limit for a row's columns as JSON: thousands of links wait in memory with their columns.
inline constexpr std::size_t kMaxColumnsBytes = std::size_t{64} * 1024;

/// Builds ListedItem::columns from cells: a JSON object of strings, in the order of the list.
class RowColumns {
 public:
  RowColumns();
  ~RowColumns();
  RowColumns(const RowColumns&) = delete;
  RowColumns& operator=(const RowColumns&) = delete;

  /// Bytes that are not UTF-8 become U+FFFD.
  void add(std::string_view name, std::string_view value);
  /// The JSON object. Call once.
  [[nodiscard]] std::string finish();

 private:
  struct Json;
  std::unique_ptr<Json> json_;
};

/// Sets the item's columns, with the userinfo in their links masked. If they exceed
/// kMaxColumnsBytes, the item gets a problem instead, because columns that were asked for must not
/// be dropped silently. `where` names the row in that problem.
void keep_columns(ListedItem& item, std::string columns, std::string_view where);

}  // namespace fanfetch
