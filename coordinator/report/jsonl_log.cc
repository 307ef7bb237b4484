#include "coordinator/report/jsonl_log.h"

#include <fcntl.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cerrno>

#include "common/utf8.h"
#include "coordinator/process/write_all.h"
#include "coordinator/report/list_columns.h"

namespace fanfetch {
namespace {

class ObjectWriter {
 public:
  explicit ObjectWriter(rapidjson::StringBuffer& buffer) : json_(buffer) { json_.StartObject(); }

  template <class T>
  void member(std::string_view key, const T& value) {
    json_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    put(value);
  }
  void member(const ListColumn& column) {
    json_.Key(column.key.data(), static_cast<rapidjson::SizeType>(column.key.size()));
    if (column.is_text) {
      put(column.value);
    } else {
      json_.RawValue(column.value.data(), column.value.size(), rapidjson::kNumberType);
    }
  }
  void end() { json_.EndObject(); }

 private:
  template <class T>
  void put(const std::optional<T>& value) {
    if (value) {
      put(*value);
    } else {
      json_.Null();
    }
  }
  void put(std::string_view text) {
    const std::string valid = valid_utf8(text);  // RapidJSON copies bytes as they are
    json_.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
  }
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(bool value) { json_.Bool(value); }
  void put(int value) { json_.Int(value); }
  void put(std::uint64_t value) { json_.Uint64(value); }
  void put(ErrorClass error) { put(name(error)); }
  void put(WallTime time) { put(format_rfc3339(time)); }
  void put(std::chrono::milliseconds duration) { json_.Int64(duration.count()); }

  rapidjson::Writer<rapidjson::StringBuffer> json_;
};

}  // namespace

std::string to_json_line(const Record& record, RecordKeys keys) {
  rapidjson::StringBuffer buffer;
  ObjectWriter object(buffer);
  each_key(record, keys,
           [&](std::string_view key, const auto& value) { object.member(key, value); });
  if (record.columns) {
    each_column(*record.columns, [&](const ListColumn& column) { object.member(column); });
  }
  object.end();
  buffer.Put('\n');
  return printable_json({buffer.GetString(), buffer.GetSize()});
}

bool begins_with_record(std::string_view text) {
  bool is_cut = false;  // where the text ends, a record may go on
  const auto take = [&](std::string_view word) {
    is_cut = word.starts_with(text);
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
  };
  if (!take("{\"index\":")) return false;
  text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
  if (!take(",\"url\":")) return is_cut;
  if (!take("null")) {
    if (!take("\"")) return is_cut;
    std::size_t end = 0;
    while (end < text.size() && text[end] != '"' && text[end] != '\n') {
      end += text[end] == '\\' ? 2 : 1;
    }
    if (end >= text.size()) return true;
    text.remove_prefix(end);
    if (!take("\"")) return false;
  }
  if (!take(",\"status\":\"")) return is_cut;
  text.remove_prefix(std::min(text.find('"'), text.size()));
  return take("\",\"file_name\":") || is_cut;
}

Result<JsonlLog> JsonlLog::open(const std::string& path, RecordKeys keys) {
  JsonlLog log(keys);
  if (path == "-") return log;
  log.file_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!log.file_.valid()) return fail("cannot write {}: {}", printable(path), errno_text(errno));
  return log;
}

void JsonlLog::add(const Record& record) { buffer_ += to_json_line(record, keys_); }

std::uint64_t JsonlLog::unwritten() const {
  return static_cast<std::uint64_t>(std::count(buffer_.begin(), buffer_.end(), '\n'));
}

int JsonlLog::flush() {
  const auto [written, error] = write_all(to_stdout() ? STDOUT_FILENO : file_.get(), buffer_);
  buffer_.erase(0, written);
  return error;
}

}  // namespace fanfetch
