#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/result.h"
#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/link_options.h"
#include "coordinator/sources/streams/line_reader.h"

namespace fanfetch {

/// A text list, one URL per line. Blanks around it are trimmed; blank lines and lines that begin
/// with '#' are skipped. Behind a URL and a blank, '#' begins a comment; without the blank it is
/// the URL's fragment. Other blanks are part of the URL, as people paste it. Behind a tab there may
/// be the file's name, or options as `out=NAME` (see LinkOptions), each behind a tab of its own. A
/// second URL on a line is a problem: there are no mirrors.
class ListSource final : public Source {
 public:
  explicit ListSource(LineReader lines, LinkOptionRules rules = {})
      : lines_(std::move(lines)), options_(std::move(rules)) {}

  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  [[nodiscard]] Result<std::optional<ListedItem>> read_line(std::string_view text);
  [[nodiscard]] std::string take_rest(std::string_view cells);

  LineReader lines_;
  LinkOptions options_;
};

}  // namespace fanfetch
