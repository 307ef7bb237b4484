#pragma once

#include <span>
#include <string_view>

namespace fanfetch {

/// What other downloaders call something, and what to do here.
struct RivalWord {
  /// With blanks between them, without dashes in front; a single letter is a short option. Words
  /// with `_` stand here with `-`.
  std::string_view words;
  std::string_view answer;  ///< Stands behind "... is not an option; ".
};

/// The options of aria2, wget, wget2, curl, gallery-dl, img2dataset and rclone that fanfetch has
/// under another name, has always on, or has not: none of these words is an option of ours.
[[nodiscard]] std::span<const RivalWord> rival_options();

/// The answer to `word`, as in RivalWord::words; empty: it is nobody's, as far as known.
[[nodiscard]] std::string_view rival_answer(std::span<const RivalWord> table,
                                            std::string_view word);

}  // namespace fanfetch
