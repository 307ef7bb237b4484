#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/json/json_pointer.h"
#include "coordinator/sources/json/json_search.h"
#include "coordinator/sources/streams/line_reader.h"

namespace fanfetch {

/// How JSON lines are read.
struct JsonlOptions {
  JsonPointer links_at;
  ColumnsWanted columns;  ///< Members of the line's object; one that is missing is empty.
};

/// A list with one JSON value a line; the pointer may lead to several links in each. A line that
/// is no JSON, or where the pointer leads to no string, is yielded with its problem and its number;
/// an element of a `*` that has no such member is an item without a link. The rest goes on.
class JsonlSource final : public Source {
 public:
  /// Memory for a line's document is some twenty times its length.
  static constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20;

  /// REQUIRES: `lines` yields lines of up to kMaxLineBytes.
  JsonlSource(LineReader lines, JsonlOptions options)
      : lines_(std::move(lines)), options_(std::move(options)) {}

  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  void read_line(const Line& line);
  void add_links(const JsonValue& document, std::string_view text, std::uint64_t number);

  LineReader lines_;
  JsonlOptions options_;
  std::vector<ListedItem> items_;  // of the line at hand
  std::size_t next_item_ = 0;
  // The same for all of them; not in each, as they may be many and these long:
  std::shared_ptr<const std::string> columns_;
  std::vector<std::string> named_;
};

}  // namespace fanfetch
