#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>

namespace fanfetch {

// What an answer to a request has, for those who read one. Nothing of it is trusted to be there.
// REQUIRES: `object` is one.

/// Null: it is not there.
inline const rapidjson::Value* member_of(const rapidjson::Value& object, const char* key) {
  const auto found = object.FindMember(key);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

/// nullopt: it is not there, or no such number.
inline std::optional<std::uint64_t> number_if_any(const rapidjson::Value& object, const char* key) {
  const rapidjson::Value* const value = member_of(object, key);
  if (value == nullptr || !value->IsUint64()) return std::nullopt;
  return value->GetUint64();
}

}  // namespace fanfetch
