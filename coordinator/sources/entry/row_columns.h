#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "coordinator/sources/entry/source.h"

namespace fanfetch {

/// What a row may have beside its link: links by the thousand wait in memory with it.
inline constexpr std::size_t kMaxColumnsBytes = std::size_t{64} * 1024;

/// Makes ListedItem::columns out of cells: a JSON object of texts, in the order of the list.
class RowColumns {
 public:
  RowColumns();
  ~RowColumns();
  RowColumns(const RowColumns&) = delete;
  RowColumns& operator=(const RowColumns&) = delete;

  /// Bytes that are no UTF-8 become U+FFFD.
  void add(std::string_view name, std::string_view value);
  /// Call once.
  [[nodiscard]] std::string finish();

 private:
  struct Json;
  std::unique_ptr<Json> json_;
};

/// Gives the item its columns, links without the secrets in them. If they are over the limit they
/// become its problem instead: what was asked for is not dropped in silence. `where` names the row.
void keep_columns(ListedItem& item, std::string columns, std::string_view where);

}  // namespace fanfetch
