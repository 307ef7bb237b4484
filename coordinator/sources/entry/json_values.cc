#include "coordinator/sources/entry/json_values.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

namespace fanfetch {
namespace {

constexpr int kMaxDepth = 64;

/// Whether `value` has at most `most` levels. Recursive, but never deeper than that.
bool is_within(const JsonValue& value, int most) {
  if (most == 0) return false;
  if (value.IsArray()) {
    for (const auto& element : value.GetArray()) {
      if (!is_within(element, most - 1)) return false;
    }
  } else if (value.IsObject()) {
    for (const auto& member : value.GetObject()) {
      if (!is_within(member.value, most - 1)) return false;
    }
  }
  return true;
}

}  // namespace

Result<std::string> json_text(const JsonValue& value) {
  if (!is_within(value, kMaxDepth)) return fail("it is nested deeper than {} levels", kMaxDepth);
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize());
}

bool holds_too_many_values(std::string_view text) {
  return text.size() > kMostJsonValues &&
         static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
           return c == ',' || c == '[' || c == '{';
         })) > kMostJsonValues;
}

Result<std::string> plain_text(const JsonValue& value) {
  if (value.IsNull()) return std::string();
  if (value.IsString()) return std::string(value.GetString(), value.GetStringLength());
  return json_text(value);
}

const JsonValue* find_member(const JsonValue& value, std::string_view name) {
  if (!value.IsObject()) return nullptr;
  const auto found = value.FindMember(
      JsonValue(rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))));
  return found == value.MemberEnd() ? nullptr : &found->value;
}

}  // namespace fanfetch
