#include "coordinator/sources/json/json_source.h"

#include <algorithm>
#include <utility>

#include "common/ascii.h"
#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;

/// `pointer` without its first tokens.
JsonPointer behind(const JsonPointer& pointer, std::size_t tokens) {
  std::string_view text = pointer.text();
  for (; tokens > 0; --tokens) text.remove_prefix(std::min(text.find('/', 1), text.size()));
  return JsonPointer::parse(text).value_or(JsonPointer());
}

/// `json` on one line, as records hold it: without the blanks between its words.
std::string on_one_line(std::string_view json) {
  std::string line;
  bool in_string = false;
  bool escaped = false;
  for (const char c : json) {
    if (in_string || kWhitespace.find(c) == std::string_view::npos) line += c;
    if (c == '"' && !escaped) in_string = !in_string;
    escaped = in_string && c == '\\' && !escaped;
  }
  return line;
}

}  // namespace

JsonSource::JsonSource(std::unique_ptr<ByteStream> bytes, std::string name, JsonRowOptions options)
    : bytes_(std::move(bytes)),
      name_(std::move(name)),
      links_at_(std::move(options.links_at)),
      from_row_(links_at_),
      splitter_(links_at_.tokens()),
      rows_(std::move(options.columns)),
      buffer_(kBufferBytes) {}

Result<std::optional<ListedItem>> JsonSource::next() {
  for (;;) {
    if (rows_.has_next()) return rows_.next();
    const auto row = next_row();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return std::nullopt;
    read_row();
  }
}

Result<bool> JsonSource::next_row() {
  while (!ended_) {
    if (splitter_.feed(unread_)) return true;
    if (splitter_.is_broken()) {
      return fail("{} is not JSON from line {} on: a bracket there closes what none has opened",
                  name_, splitter_.line());
    }
    const auto count = bytes_->read(buffer_);
    if (!count) {
      if (splitter_.number() == 0) return tl::unexpected(count.error());
      return fail("{}; element {} was the last whole one", count.error().message,
                  splitter_.number());
    }
    ended_ = count->value_or(0) == 0;
    if (!*count) return false;  // the run stops
    unread_ = {buffer_.data(), **count};
    if (ended_ && splitter_.finish()) return true;
  }
  if (splitter_.is_whole()) return false;
  return fail(
      "{} is cut off: it ends in line {} within its JSON; element {} was the last whole one", name_,
      splitter_.line(), splitter_.number());
}

void JsonSource::read_row() {
  const auto where = [&] {
    return fmt::format("element {} (line {})", splitter_.number(), splitter_.row_line());
  };
  if (splitter_.nothing_there()) {
    return rows_.refuse("{...}", fmt::format("{} has no elements at {}: check --links-at", where(),
                                             links_at_.text()));
  }
  const std::string_view text = splitter_.text();
  if (splitter_.too_long()) {
    return rows_.refuse(
        text, fmt::format("{} is over {} KiB long; in an object --links-at with a * reads elements",
                          where(), JsonSplitter::kMaxRowBytes / 1024));
  }
  static const JsonPointer kItself;
  const JsonPointer& pointer = text.starts_with('"') ? kItself : pointer_from_row();
  const bool over_lines = text.find_first_of("\r\n") != std::string_view::npos;
  if (!over_lines) return rows_.read(text, pointer, where);
  rows_.read(on_one_line(text), pointer, where);
}

const JsonPointer& JsonSource::pointer_from_row() {
  if (std::exchange(from_row_tokens_, splitter_.tokens_used()) != splitter_.tokens_used()) {
    from_row_ = behind(links_at_, splitter_.tokens_used());
  }
  return from_row_;
}

}  // namespace fanfetch
