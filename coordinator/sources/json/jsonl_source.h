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

/// How a list of JSON lines is read.
struct JsonlOptions {
  JsonPointer links_at;
  ColumnsWanted columns;  ///< Members of the line's object; a missing one is empty.
};

/// A list with one JSON value on each line; the pointer may lead to several links in a line. A line
/// that is not JSON, or in which the pointer leads to no string, is yielded with a problem that
/// names the line. An element of a `*` without such a member is an item without a link. Reading
/// continues after both.
class JsonlSource final : public Source {
 public:
  /// The parsed document of a line takes about twenty times its length.
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
  std::vector<ListedItem> items_;  // of the current line
  std::size_t next_item_ = 0;
  // The same for all items_. Not stored in each, because a line may have many items:
  std::shared_ptr<const std::string> columns_;
  std::vector<std::string> named_;
};

}  // namespace fanfetch
