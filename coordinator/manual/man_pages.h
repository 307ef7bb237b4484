#pragma once

#include <span>
#include <string>
#include <string_view>

#include "coordinator/manual/filled_text.h"

namespace fanfetch {

// Manual pages, in scdoc(5).

/// What the pages that are written by hand have from the program's tables: its options, its
/// commands, the error classes, exit statuses and the like.
[[nodiscard]] std::span<const TextPart> page_parts();

/// The page fanfetch-COMMAND(1), from the command's help text. REQUIRES: it is one of
/// describe_commands().
[[nodiscard]] std::string command_page(std::string_view command);

}  // namespace fanfetch
