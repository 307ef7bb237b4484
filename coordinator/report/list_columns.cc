#include "coordinator/report/list_columns.h"

#include <fmt/format.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace fanfetch {
namespace {

using rapidjson::SizeType;

/// Without recursion, and with numbers kept as written.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag |
                                 rapidjson::kParseNumbersAsStringsFlag;

/// A ListColumn that owns its texts.
struct Column {
  std::string key, value;
  bool is_text = false;
};

/// Whether `key` is a key of any record, written or not, or reserved for one.
bool is_record_key(std::string_view key) {
  static const auto keys = [] {
    std::set<std::string, std::less<>> all(std::begin(kReservedKeys), std::end(kReservedKeys));
    all.emplace(kDamagedColumnsKey);
    each_key(Record(), RecordKeys::all,
             [&](std::string_view one, const auto&) { all.emplace(one); });
    return all;
  }();
  return keys.find(key) != keys.end();
}

/// Splits an object while RapidJSON reads it: each member of the outermost object is a column.
class Splitter {
 public:
  bool StartObject() { return depth_++ == 0 ? true : (begin_inner(), inner_.StartObject()); }
  bool EndObject(SizeType) {
    if (--depth_ == 0) return true;
    inner_.EndObject();
    return end_inner();
  }
  bool StartArray() {
    if (depth_++ == 0) return false;  // not an object
    begin_inner();
    return inner_.StartArray();
  }
  bool EndArray(SizeType) {
    --depth_;
    inner_.EndArray();
    return end_inner();
  }
  bool Key(const char* text, SizeType length, bool) {
    if (depth_ > 1) return inner_.Key(text, length);
    key_ = key_for({text, length});
    return true;
  }
  bool String(const char* text, SizeType length, bool) {
    return depth_ > 1 ? inner_.String(text, length) : add({text, length}, true);
  }
  bool RawNumber(const char* text, SizeType length, bool) {
    return depth_ > 1 ? inner_.RawValue(text, length, rapidjson::kNumberType)
                      : add({text, length}, false);
  }
  bool Null() { return depth_ > 1 ? inner_.Null() : add("null", false); }
  bool Bool(bool value) {
    return depth_ > 1 ? inner_.Bool(value) : add(value ? "true" : "false", false);
  }
  // Not called: numbers come by RawNumber(), see kParseFlags.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  /// All of them, once the object has ended.
  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }

 private:
  void begin_inner() {
    if (depth_ != 2) return;
    buffer_.Clear();
    inner_.Reset(buffer_);
  }
  bool end_inner() { return depth_ > 1 || add({buffer_.GetString(), buffer_.GetSize()}, false); }
  bool add(std::string_view value, bool is_text) {
    if (depth_ == 0) return false;  // not an object
    columns_.push_back({.key = key_, .value = std::string(value), .is_text = is_text});
    return true;
  }
  std::string key_for(std::string_view name) {
    std::string key(name);
    int& n = repeats_[key];
    while (is_record_key(key) || !taken_.insert(key).second) {
      key = ++n == 1 ? fmt::format("src_{}", name) : fmt::format("src_{}_{}", name, n);
    }
    return key;
  }

  std::vector<Column> columns_;
  int depth_ = 0;
  std::string key_;
  std::set<std::string> taken_;
  std::map<std::string, int>
      repeats_;  // of each name; without it, a row of equal names would take quadratic time
  rapidjson::StringBuffer buffer_;  // of a column that is an object or array
  rapidjson::Writer<rapidjson::StringBuffer> inner_{buffer_};
};

}  // namespace

void each_column(std::string_view columns, const std::function<void(const ListColumn&)>& visit) {
  Splitter splitter;
  rapidjson::MemoryStream stream(columns.data(), columns.size());
  if (rapidjson::Reader().Parse<kParseFlags>(stream, splitter).IsError()) {
    visit({.key = kDamagedColumnsKey, .value = columns, .is_text = true});
    return;
  }
  for (const Column& column : splitter.columns()) {
    visit({.key = column.key, .value = column.value, .is_text = column.is_text});
  }
}

}  // namespace fanfetch
