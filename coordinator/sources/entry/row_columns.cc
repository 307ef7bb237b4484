#include "coordinator/sources/entry/row_columns.h"

#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "common/ascii.h"
#include "common/url.h"
#include "common/utf8.h"
#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {
namespace {

using rapidjson::SizeType;

/// Without recursion, and with numbers kept as written.
constexpr unsigned kParseFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;

/// Whether `text` begins like a URL, or like something that libcurl accepts as one.
bool is_link(std::string_view text) {
  text = trimmed(text, kSpaceAndTab);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return false;
  const char next = text[colon + 1];
  return (next == '/' || next == '\\') &&
         std::all_of(text.begin(), text.begin() + colon,
                     [](char c) { return is_alphanumeric(c) || c == '+' || c == '-' || c == '.'; });
}

/// Writes what RapidJSON reads, with the userinfo of links masked.
class Masker {
 public:
  bool StartObject() { return writer_.StartObject(); }
  bool EndObject(SizeType count) { return writer_.EndObject(count); }
  bool StartArray() { return writer_.StartArray(); }
  bool EndArray(SizeType count) { return writer_.EndArray(count); }
  bool Key(const char* text, SizeType length, bool) { return put({text, length}, true); }
  bool String(const char* text, SizeType length, bool) { return put({text, length}, false); }
  bool RawNumber(const char* text, SizeType length, bool) {
    return writer_.RawValue(text, length, rapidjson::kNumberType);
  }
  bool Null() { return writer_.Null(); }
  bool Bool(bool value) { return writer_.Bool(value); }
  // Not called: numbers come by RawNumber(), see kParseFlags.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  [[nodiscard]] bool found_any() const { return found_any_; }
  [[nodiscard]] std::string text() const { return {text_.GetString(), text_.GetSize()}; }

 private:
  bool put(std::string_view words, bool is_key) {
    std::string masked(words);
    if (is_link(words)) masked = mask_userinfo(words);
    found_any_ = found_any_ || masked != words;
    const auto length = static_cast<SizeType>(masked.size());
    return is_key ? writer_.Key(masked.data(), length) : writer_.String(masked.data(), length);
  }

  rapidjson::StringBuffer text_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{text_};
  bool found_any_ = false;
};

/// `json` with the userinfo of each text that is a link masked, as mask_userinfo() does.
/// All other text stays as it is, mail addresses and names too. REQUIRES: `json` is valid.
std::string without_secrets(std::string json) {
  // Userinfo needs an '@', which may be written as a \u escape.
  if (json.find('@') == std::string::npos && json.find("\\u") == std::string::npos) return json;
  Masker masker;
  rapidjson::MemoryStream stream(json.data(), json.size());
  rapidjson::Reader().Parse<kParseFlags>(stream, masker);
  return masker.found_any() ? masker.text() : json;
}

}  // namespace

struct RowColumns::Json {
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer{text};

  void put(std::string_view words) {
    const std::string valid = valid_utf8(words);  // RapidJSON copies bytes as they are
    writer.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
  }
};

RowColumns::RowColumns() : json_(std::make_unique<Json>()) { json_->writer.StartObject(); }
RowColumns::~RowColumns() = default;

void RowColumns::add(std::string_view name, std::string_view value) {
  json_->put(name);
  json_->put(value);
}

std::string RowColumns::finish() {
  json_->writer.EndObject();
  return {json_->text.GetString(), json_->text.GetSize()};
}

void keep_columns(ListedItem& item, std::string columns, std::string_view where) {
  columns = without_secrets(std::move(columns));
  if (columns.size() <= kMaxColumnsBytes) {
    item.columns = std::make_shared<const std::string>(std::move(columns));
    return;
  }
  if (!item.problem.empty()) return;
  item.problem = fmt::format("{}: its columns take {} bytes; --keep-columns takes {}", where,
                             columns.size(), kMaxColumnsBytes);
  if (item.url) item.url = shown_link(*item.url);
}

}  // namespace fanfetch
