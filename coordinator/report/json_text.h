#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/utf8.h"

namespace fanfetch {

/// Writes one JSON text. Texts may hold any bytes: what is no UTF-8 becomes U+FFFD.
class JsonText {
 public:
  JsonText& key(std::string_view key) {
    const std::string valid = valid_utf8(key);
    writer_.Key(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
    return *this;
  }
  void text(std::string_view text) {
    const std::string valid = valid_utf8(text);  // RapidJSON copies bytes as they are
    writer_.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
  }
  /// The value, or null.
  void any_text(const std::optional<std::string>& value) { value ? text(*value) : null(); }
  void number(std::unsigned_integral auto value) { writer_.Uint64(value); }
  void number(std::signed_integral auto value) { writer_.Int64(value); }
  template <class T>
  void number(const std::optional<T>& value) {
    value ? number(*value) : null();
  }
  /// JSON has no number for what is none.
  void real(double value) { std::isfinite(value) ? void(writer_.Double(value)) : null(); }
  void boolean(bool value) { writer_.Bool(value); }
  void null() { writer_.Null(); }
  /// `json`: one whole value.
  void raw(std::string_view json) {
    writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
  }
  void begin() { writer_.StartObject(); }
  void end() { writer_.EndObject(); }
  void begin_list() { writer_.StartArray(); }
  void end_list() { writer_.EndArray(); }
  [[nodiscard]] std::string take() const { return {buffer_.GetString(), buffer_.GetSize()}; }
  /// The same as a line that is safe to print.
  [[nodiscard]] std::string line() const {
    return printable_json({buffer_.GetString(), buffer_.GetSize()}) + '\n';
  }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace fanfetch
