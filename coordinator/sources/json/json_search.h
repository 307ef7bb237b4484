#pragma once

#include <rapidjson/document.h>

#include <functional>
#include <string>
#include <string_view>

#include "common/result.h"
#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/json/json_pointer.h"

namespace fanfetch {

using JsonValue = rapidjson::Value;

/// Reads one JSON document without recursion, whatever its depth. Error: why not, and at which
/// byte.
[[nodiscard]] Result<> parse_json(std::string_view text, rapidjson::Document& document);

/// One end of the ways that a pointer leads.
struct JsonMatch {
  const JsonValue* value = nullptr;  ///< Null: nothing is there, or JSON's null.
  /// What the last `*` stands for here; without one the whole document.
  const JsonValue* element = nullptr;
  bool is_element = false;  ///< There was a `*`.
  std::string place;        ///< Where it is, or ends, without `*`; empty if `value` is a string.
};

/// Calls `visit` for each of them, in the document's order. None at all: a `*` met an empty array.
void each_match(const JsonValue& document, const JsonPointer& pointer,
                const std::function<void(const JsonMatch&)>& visit);

/// The list's item for a match of its links' pointer: without a link if nothing is there, with a
/// problem if it is not a link. `where` names the document in that problem.
[[nodiscard]] ListedItem item_of(const JsonMatch& match, std::string_view where);

/// A string as it is, null as nothing, anything else as JSON text. Error: it is nested deeper than
/// 64 levels.
[[nodiscard]] Result<std::string> plain_text(const JsonValue& value);
/// As JSON. Error: as above.
[[nodiscard]] Result<std::string> json_text(const JsonValue& value);

/// The member of an object; null: it has none, or is none.
[[nodiscard]] const JsonValue* find_member(const JsonValue& value, std::string_view name);

}  // namespace fanfetch
