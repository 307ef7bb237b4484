#include "coordinator/control/answer_reader.h"

#include "coordinator/control/json_members.h"

namespace fanfetch {
namespace {

using Json = rapidjson::Value;

std::string text(const Json& object, const char* key) {
  const Json* const value = member_of(object, key);
  if (value == nullptr || !value->IsString()) return "";
  return {value->GetString(), value->GetStringLength()};
}

bool flag(const Json& object, const char* key) {
  const Json* const value = member_of(object, key);
  return value != nullptr && value->IsTrue();
}

}  // namespace

Result<ReadAnswer> read_answer(std::string_view line) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
  if (document.HasParseError() || !document.IsObject() || !document.HasMember("ok")) {
    return fail("what it says is not understood");
  }
  ReadAnswer answer{.ok = flag(document, "ok"),
                    .error = text(document, "error"),
                    .message = text(document, "message"),
                    .changed = flag(document, "changed"),
                    .settings = {},
                    .text = text(document, "text")};
  if (!document.HasMember("settings") || !document["settings"].IsArray()) return answer;
  for (const Json& one : document["settings"].GetArray()) {
    if (!one.IsObject()) continue;
    answer.settings.push_back(
        {text(one, "name"), text(one, "now"), text(one, "begun"), text(one, "holds")});
  }
  return answer;
}

}  // namespace fanfetch
