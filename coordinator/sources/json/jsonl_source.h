#pragma once

#include <cstddef>
#include <utility>

#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/json/json_rows.h"
#include "coordinator/sources/streams/line_reader.h"

namespace fanfetch {

/// A list with one JSON value on each line, see JsonRows. Reading continues after a line that is no
/// good.
class JsonlSource final : public Source {
 public:
  /// The parsed document of a line takes about twenty times its length.
  static constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20;

  /// REQUIRES: `lines` yields lines of up to kMaxLineBytes.
  JsonlSource(LineReader lines, JsonRowOptions options)
      : lines_(std::move(lines)),
        links_at_(std::move(options.links_at)),
        rows_(std::move(options.columns)) {}

  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  void read_line(const Line& line);

  LineReader lines_;
  JsonPointer links_at_;
  JsonRows rows_;
};

}  // namespace fanfetch
