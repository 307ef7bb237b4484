#include "coordinator/sources/json/json_splitter.h"

#include <algorithm>
#include <utility>

#include "common/utf8.h"
#include "coordinator/sources/json/json_pointer.h"
#include "coordinator/sources/json/json_search.h"

namespace fanfetch {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kEndsScalar = " \t\r\n,:[]{}\"";

/// Of an element in an array.
bool is_index(std::string_view token) {
  return !token.empty() && token.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

}  // namespace

JsonSplitter::JsonSplitter(std::vector<std::string> pointer) : pointer_(std::move(pointer)) {
  star_ = static_cast<std::size_t>(std::find(pointer_.begin(), pointer_.end(), kEveryElement) -
                                   pointer_.begin());
}

bool JsonSplitter::feed(std::string_view& bytes) {
  if (!in_value_) text_.clear();
  nothing_there_ = false;
  while (!bytes.empty() && !broken_) {
    if (in_value_) {
      if (take_value(bytes)) return true;
    } else {
      take_structure(bytes.front());
      if (!in_value_) bytes.remove_prefix(1);  // the first byte of a value belongs to it
      if (nothing_there_) return true;
    }
  }
  return false;
}

bool JsonSplitter::finish() {
  if (!in_value_ || !scalar_) return false;
  return end_value();
}

/// What stands between values, or begins one.
void JsonSplitter::take_structure(char c) {
  if (c == '\n') ++line_;
  if (c == ',') expect_key_ = true;
  if (is_one_of(c, kBlanks) || c == ',' || c == ':' || is_one_of(c, kByteOrderMark)) return;
  if (c != ']' && c != '}') return begin_value(c);
  broken_ = open_.empty() || open_.back().is_object != (c == '}');
  if (broken_) return;
  open_.pop_back();
  on_the_way_ = false;
  nothing_there_ = open_.empty() && !found_;
  if (nothing_there_) ++rows_;
}

void JsonSplitter::begin_value(char c) {
  if (!open_.empty()) return begin_inside(c);
  found_ = true;
  tokens_used_ = 0;
  row_line_ = line_;
  const bool star_first = star_ == 0 && !pointer_.empty();
  const bool has_star = star_ < pointer_.size();
  if (c == '[' && (star_first || !has_star || !is_index(pointer_.front()))) {
    tokens_used_ = star_first ? 1 : 0;
    return open(false, true);
  }
  if ((c != '{' && c != '[') || !has_star) return read_value(c, Use::row);
  tokens_used_ = star_ + 1;
  found_ = star_first;
  open(c == '{', star_first);
}

/// Within a bracket on the way, or around the rows.
void JsonSplitter::begin_inside(char c) {
  Open& around = open_.back();
  if (around.is_object && expect_key_) return read_value(c, Use::key);
  if (around.has_rows) return read_value(c, Use::row);
  const bool is_next = around.is_object
                           ? std::exchange(on_the_way_, false)
                           : pointer_[open_.size() - 1] == std::to_string(around.values++);
  if (!is_next || (c != '{' && c != '[')) return read_value(c, Use::nothing);
  const bool is_last = open_.size() == star_;
  found_ = found_ || is_last;
  open(c == '{', is_last);
}

void JsonSplitter::open(bool is_object, bool has_rows) {
  open_.push_back({.is_object = is_object, .has_rows = has_rows});
  expect_key_ = is_object;
}

void JsonSplitter::read_value(char c, Use use) {
  in_value_ = true;
  use_ = use;
  depth_ = 0;
  in_string_ = escaped_ = false;
  scalar_ = !is_one_of(c, "\"[{");
  text_.clear();
  too_long_ = false;
  if (use == Use::row) row_line_ = line_;
}

bool JsonSplitter::take_value(std::string_view& bytes) {
  bool ended = false;
  const std::string_view piece = bytes.substr(0, length_of_value(bytes, ended));
  line_ += static_cast<std::uint64_t>(std::count(piece.begin(), piece.end(), '\n'));
  if (use_ != Use::nothing) keep(piece);
  bytes.remove_prefix(piece.size());
  return ended && end_value();
}

/// How much of `bytes` belongs to the value. `ended`: it ends there.
std::size_t JsonSplitter::length_of_value(std::string_view bytes, bool& ended) {
  if (scalar_) {
    const std::size_t end = bytes.find_first_of(kEndsScalar);
    ended = end != std::string_view::npos;
    return std::min(end, bytes.size());
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
        ended = depth_ == 0;
      }
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '[' || c == '{') {
      ++depth_;
    } else if (c == ']' || c == '}') {
      ended = --depth_ == 0;
    }
    if (ended) return i + 1;
  }
  return bytes.size();
}

void JsonSplitter::keep(std::string_view piece) {
  if (too_long_) return;
  text_ += piece;
  if (text_.size() <= kMaxRowBytes) return;
  text_.resize(kShownBytes);
  too_long_ = true;
}

/// True: it was a row.
bool JsonSplitter::end_value() {
  in_value_ = false;
  if (use_ == Use::row) {
    ++rows_;
    return true;
  }
  on_the_way_ = use_ == Use::key && is_wanted_key();
  expect_key_ = false;
  return false;
}

bool JsonSplitter::is_wanted_key() const {
  if (open_.back().has_rows || open_.size() > star_) return false;
  const std::string& wanted = pointer_[open_.size() - 1];
  const std::string_view key = text_;
  if (key.size() < 2 || too_long_) return false;
  if (key.find('\\') == std::string_view::npos) return key.substr(1, key.size() - 2) == wanted;
  rapidjson::Document document;
  return parse_json(key, document) && document.IsString() &&
         std::string_view(document.GetString(), document.GetStringLength()) == wanted;
}

}  // namespace fanfetch
