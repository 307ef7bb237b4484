#pragma once

#include <rapidjson/document.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"
#include "coordinator/sources/entry/json_values.h"
#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/json/json_pointer.h"

namespace fanfetch {

/// Parses one JSON document without recursion, whatever its depth. Returns the text that was parsed
/// in place of `text` if that is JSON only as Python writes it, see strict_json(). Error: what is
/// wrong, and at which byte.
[[nodiscard]] Result<std::optional<std::string>> parse_json(std::string_view text,
                                                            rapidjson::Document& document);

/// What `token` of a pointer leads to from `value`: its member, or its element of that index; null:
/// it has none.
[[nodiscard]] const JsonValue* find_below(const JsonValue& value, const std::string& token);

inline constexpr std::size_t kShownNameBytes = 60;  ///< Of a member's name, in a path.

/// One of the values that a pointer leads to.
struct JsonMatch {
  const JsonValue* value = nullptr;  ///< Null: nothing is there, or JSON's null.
  /// What the last `*` matched; without a `*`, the whole document.
  const JsonValue* element = nullptr;
  bool is_element = false;  ///< The pointer has a `*` that matched.
  std::string path;         ///< The path to it, as far as it exists; empty if `value` is a string.
};

/// Calls `visit` for each match, in the document's order; never if a `*` meets an empty array.
void each_match(const JsonValue& document, const JsonPointer& pointer,
                const std::function<void(const JsonMatch&)>& visit);

/// Names a document in problems: only asked for if there is one.
using NameDocument = std::function<std::string()>;

/// The list's item for a match of its links' pointer: without a link if nothing is there, with a
/// problem if it is not a link. `where` names the document in that problem.
[[nodiscard]] ListedItem item_of(const JsonMatch& match, const NameDocument& where);

}  // namespace fanfetch
