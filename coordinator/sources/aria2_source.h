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

/// An input file of aria2: one URL per line, and below it, indented, one option per line
/// (`  out=NAME`, see LinkOptions). Blank lines and lines that begin with '#' are skipped. Several
/// URLs on a line, mirrors to aria2, are a problem. A link is yielded once the next one shows that
/// its options are over.
class Aria2Source final : public Source {
 public:
  explicit Aria2Source(LineReader lines, LinkOptionRules rules = {})
      : lines_(std::move(lines)), options_(std::move(rules)) {}

  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  [[nodiscard]] std::optional<ListedItem> take_line(const Line& line);
  void take_option(const Line& line, std::string_view text);
  [[nodiscard]] std::optional<ListedItem> finish();

  LineReader lines_;
  LinkOptions options_;
  std::optional<ListedItem> pending_;  // its options are being read
  std::optional<Error> trouble_;       // comes behind the last link
};

}  // namespace fanfetch
