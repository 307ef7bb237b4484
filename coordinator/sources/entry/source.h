#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/outcome.h"
#include "common/result.h"
#include "coordinator/link/link.h"
#include "coordinator/link/record.h"

namespace fanfetch {

/// One entry of a list, as written there.
struct ListedItem {
  // Written out: with its own, the compiler clears all bytes before it sets the members, which
  // takes a fifth of the time for a text list.
  ListedItem() {}
  explicit ListedItem(std::string link, std::string what_is_wrong = {})
      : url(std::move(link)), problem(std::move(what_is_wrong)) {}

  std::optional<std::string> url;  ///< nullopt: the item has no link.
  std::string id;                  ///< The source's name for it (Imgur's image id), or empty.
  /// Why it cannot be a URL, if the source finds that out itself (a line over the limit, a NUL
  /// byte); else empty. `url` then holds the beginning of it, for messages.
  std::string problem;
  /// Class of the problem: `filtered` and `no_link` skip the item, any other class is a failure.
  ErrorClass problem_class = ErrorClass::bad_url;
  /// The name that the list gives the file, as written there, or empty. Where it ends with '/', it
  /// is the folder alone.
  std::string out;
  /// `Name: value`, for the link's own origin alone. Often secrets: never printed or recorded.
  std::vector<std::string> headers;
  /// The row's own columns as one JSON object; null if columns are not kept.
  std::shared_ptr<const std::string> columns;
  /// What an earlier run meant to call its file, in place of --name: the path below the output.
  std::string planned_name = {};
  bool named_by_list = false;  ///< With planned_name: its list had given it.
  /// Its place in the list from which an earlier run had it; 0: it is read from that list now.
  std::uint64_t place = 0;
  /// The failure of an earlier run that cannot be tried again, with the reason as its message. All
  /// else is empty then. Null: it is a link to try.
  std::shared_ptr<const Record> left_out;
  /// The link as another run has planned it, which names its file and limits its host. It may be
  /// asked for again when it is settled: the answer is then what became of it. Null: it is a line
  /// of a list.
  std::shared_ptr<const Link> planned;
  /// The values of the columns in ColumnsWanted::named, in that order.
  std::vector<std::string> named;
};

/// Which of a row's own columns are wanted in addition to its link.
struct ColumnsWanted {
  bool keep = false;               ///< All of them, as ListedItem::columns.
  std::vector<std::string> named;  ///< The columns of these names, as ListedItem::named.
};

/// Yields links one at a time, never holding the whole list in memory. Abstract so that the reader
/// is independent of the kind of list; the real ones are ListSource, Aria2Source, TableSource,
/// JsonlSource, JsonSource, ApiSource and ImgurSource. Thread: only the reader's. next() may block
/// on a pipe, a disk or a slow page.
class Source {
 public:
  virtual ~Source() = default;

  /// The next entry; nullopt at the end of the list, or once the run is stopping.
  /// Error: the rest of the list cannot be read (exit status 3); do not call next() again.
  [[nodiscard]] virtual Result<std::optional<ListedItem>> next() = 0;
};

}  // namespace fanfetch
