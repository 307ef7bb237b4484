#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fanfetch {

/// Which of `known` a user may have meant by `word`: those that it is the beginning or one of the
/// hyphenated parts of, or else those with the fewest slips (a letter missing, wrong, too many, or
/// two exchanged) where these are few for its length. At most three, in the order of `known`; none
/// if nothing is close, and none for a word of a single letter. Ignores case. Pure.
[[nodiscard]] std::vector<std::string_view> closest_words(std::string_view word,
                                                          std::span<const std::string_view> known);

/// `--a`, `--a or --b`, `--a, --b or --c`: each with `before` in front.
[[nodiscard]] std::string alternatives(std::span<const std::string_view> words,
                                       std::string_view before);

}  // namespace fanfetch
