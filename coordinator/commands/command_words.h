#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fanfetch {

/// What to say of a bare word that looks like a command but is none (`stats`, `get`, `unpause`), as
/// a sentence; nullopt: nothing, it may be a source. Pure.
[[nodiscard]] std::optional<std::string> no_command(std::string_view word);

}  // namespace fanfetch
