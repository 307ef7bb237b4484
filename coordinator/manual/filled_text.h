#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/result.h"

namespace fanfetch {

/// A part of a page or of a completion script that comes from the program's tables.
struct TextPart {
  std::string_view name;  ///< `options`
  std::string (*make)();  ///< Whole lines.
};

/// `text` with each line `@NAME@` replaced by the part of that name. Error: there is no such part.
[[nodiscard]] Result<std::string> fill_in(std::string_view text, std::span<const TextPart> parts);

}  // namespace fanfetch
