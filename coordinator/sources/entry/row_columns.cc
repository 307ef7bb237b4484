#include "coordinator/sources/entry/row_columns.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>

#include "common/utf8.h"
#include "coordinator/sources/entry/column_secrets.h"
#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {

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
