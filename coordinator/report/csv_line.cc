#include "coordinator/report/csv_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "common/utf8.h"
#include "coordinator/report/list_columns.h"

namespace fanfetch {
namespace {

class CsvLine {
 public:
  template <class T>
  void add(const T& value) {
    if (!first_) line_ += ',';
    first_ = false;
    put(value);
  }
  [[nodiscard]] std::string finish() { return std::move(line_ += '\n'); }

 private:
  template <class T>
  void put(const std::optional<T>& value) {
    if (value) put(*value);
  }
  void put(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
      line_ += valid_utf8(text);
      return;
    }
    line_ += '"';
    for (const char c : valid_utf8(text)) {
      if (c == '"') line_ += '"';
      line_ += c;
    }
    line_ += '"';
  }
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(bool value) { line_ += value ? "true" : "false"; }
  void put(int value) { line_ += fmt::to_string(value); }
  void put(std::uint64_t value) { line_ += fmt::to_string(value); }
  void put(ErrorClass error) { put(name(error)); }
  void put(WallTime time) { put(format_rfc3339(time)); }
  void put(std::chrono::milliseconds duration) { line_ += fmt::to_string(duration.count()); }

  std::string line_;
  bool first_ = true;
};

}  // namespace

void add_column_keys(const Record& record, ColumnKeys& keys) {
  if (!record.columns) return;
  each_column(*record.columns, [&](const ListColumn& column) {
    if (std::find(keys.begin(), keys.end(), column.key) == keys.end()) {
      keys.emplace_back(column.key);
    }
  });
}

std::string csv_header(RecordKeys keys, const ColumnKeys& columns) {
  CsvLine line;
  each_key(Record(), keys, [&](std::string_view key, const auto&) { line.add(key); });
  for (const std::string& key : columns) line.add(key);
  return line.finish();
}

std::string to_csv_line(const Record& record, RecordKeys keys, const ColumnKeys& columns) {
  CsvLine line;
  each_key(record, keys, [&](std::string_view, const auto& value) { line.add(value); });
  if (columns.empty()) return line.finish();
  std::map<std::string, std::string, std::less<>> own;
  if (record.columns) {
    each_column(*record.columns, [&](const ListColumn& column) {
      if (column.is_text || column.value != "null") own.emplace(column.key, column.value);
    });
  }
  for (const std::string& key : columns) {
    const auto found = own.find(key);
    line.add(found == own.end() ? std::string_view() : std::string_view(found->second));
  }
  return line.finish();
}

}  // namespace fanfetch
