#pragma once

#include <utility>

#include "common/result.h"
#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/streams/line_reader.h"

namespace fanfetch {

/// A text list, one URL per line. Spaces and tabs around it are trimmed; blank lines and lines that
/// begin with '#' are skipped (within a URL, a '#' begins the fragment, not a comment).
class ListSource final : public Source {
 public:
  explicit ListSource(LineReader lines) : lines_(std::move(lines)) {}

  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  LineReader lines_;
};

}  // namespace fanfetch
