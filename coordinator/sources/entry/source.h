#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/outcome.h"
#include "common/result.h"

namespace fanfetch {

/// One entry of a list, as it stands there.
struct ListedItem {
  std::optional<std::string> url;  ///< None: the item has no link.
  std::string id;                  ///< What the source calls it (Imgur's image id), or empty.
  /// Why it cannot be a URL, where the source sees that itself (a line over the limit, a NUL byte);
  /// empty for all others. `url` then holds what there is of it, cut.
  std::string problem;
  /// What kind of problem: `filtered` skips the item, any other class is a failure.
  ErrorClass problem_class = ErrorClass::bad_url;
  /// The row's own columns as one JSON object, if they are to be kept; null: none.
  std::shared_ptr<const std::string> columns;
  /// What its columns say that ColumnsWanted names, in that order; empty if none is named.
  std::vector<std::string> named;
};

/// Which of a row's own columns are wanted beside its link.
struct ColumnsWanted {
  bool keep = false;               ///< All of them, as ListedItem::columns.
  std::vector<std::string> named;  ///< These, as ListedItem::named.
};

/// Where links come from, one at a time, never the whole list in memory. Abstract so that the
/// reader does not care; the real ones are ListSource, TableSource, JsonlSource, ApiSource and
/// ImgurSource. Thread: the reader's alone. next() may block on a pipe, a disk or a slow page.
class Source {
 public:
  virtual ~Source() = default;

  /// The next entry; none at the end of the list, or once the run is stopping.
  /// Error: the rest of the list cannot be had (exit status 3); next() is not called again.
  [[nodiscard]] virtual Result<std::optional<ListedItem>> next() = 0;
};

}  // namespace fanfetch
