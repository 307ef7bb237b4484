#pragma once

#include <rapidjson/document.h>

#include <string>
#include <string_view>

#include "common/result.h"

namespace fanfetch {

using JsonValue = rapidjson::Value;

/// A document with more is not parsed: each value takes 32 bytes while it is, so that a page of
/// 64 MiB that holds nothing but commas would take a gigabyte.
inline constexpr std::size_t kMostJsonValues = 4'000'000;
/// Whether `text` may hold more. Counts the signs between values, in strings too.
[[nodiscard]] bool holds_too_many_values(std::string_view text);

/// A string as it is, null as an empty one, any other value as JSON. Error: it is nested deeper
/// than 64 levels.
[[nodiscard]] Result<std::string> plain_text(const JsonValue& value);
/// `value` as JSON. Error: it is nested deeper than 64 levels.
[[nodiscard]] Result<std::string> json_text(const JsonValue& value);

/// The member `name`; null if `value` is not an object or has no such member.
[[nodiscard]] const JsonValue* find_member(const JsonValue& value, std::string_view name);

}  // namespace fanfetch
