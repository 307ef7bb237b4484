#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

/// `text` with what Python and others write, and JSON does not have, replaced: `NaN`, `Infinity`
/// and numbers that no double holds by null; halves of surrogate pairs, and bytes in strings that
/// are not UTF-8, by U+FFFD. All else stays, other mistakes too.
[[nodiscard]] std::string strict_json(std::string_view text);

}  // namespace fanfetch
