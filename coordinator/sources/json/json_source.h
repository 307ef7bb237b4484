#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/json/json_pointer.h"
#include "coordinator/sources/json/json_rows.h"
#include "coordinator/sources/json/json_splitter.h"
#include "coordinator/sources/streams/byte_stream.h"

namespace fanfetch {

/// A list as one JSON document (or several): an array, each element of which is as a line of a list
/// of JSON lines, or an object in which the pointer's `*` stands for many. An element that is a
/// string is a link itself. Read as it comes, whatever its length and its line breaks; see
/// JsonSplitter.
class JsonSource final : public Source {
 public:
  /// `bytes`: decompressed text. `name` is for messages.
  JsonSource(std::unique_ptr<ByteStream> bytes, std::string name, JsonRowOptions options);

  /// Error: as Source::next(); also a document that is cut off, or has a bracket too many.
  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  /// True: the splitter has a row.
  [[nodiscard]] Result<bool> next_row();
  void read_row();
  [[nodiscard]] const JsonPointer& pointer_from_row();

  std::unique_ptr<ByteStream> bytes_;
  std::string name_;
  JsonPointer links_at_;
  JsonPointer from_row_;             // what is left of links_at_ behind its first
  std::size_t from_row_tokens_ = 0;  // so many tokens
  JsonSplitter splitter_;
  JsonRows rows_;
  std::vector<char> buffer_;
  std::string_view unread_;  // in buffer_
  bool ended_ = false;
};

}  // namespace fanfetch
