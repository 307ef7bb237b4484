#pragma once

#include <span>

#include "coordinator/manual/filled_text.h"

namespace fanfetch {

/// What the completion scripts (completions/) have from the program's tables: parts `bash-…`,
/// `zsh-…` and `fish-…`.
[[nodiscard]] std::span<const TextPart> bash_parts();
[[nodiscard]] std::span<const TextPart> zsh_parts();
[[nodiscard]] std::span<const TextPart> fish_parts();

}  // namespace fanfetch
