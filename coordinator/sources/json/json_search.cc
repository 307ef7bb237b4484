#include "coordinator/sources/json/json_search.h"

#include <rapidjson/error/en.h>

#include <algorithm>
#include <charconv>

#include "common/ascii.h"
#include "common/utf8.h"
#include "coordinator/sources/entry/list_text.h"
#include "coordinator/sources/json/strict_json.h"

namespace fanfetch {
namespace {

/// Iterative: a document of '[' alone would overflow the stack of a recursive parser.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag |
                                 rapidjson::kParseFullPrecisionFlag;
/// What may stand behind a document that its server ends with a NUL byte.
constexpr std::string_view kNothingBehind("\0 \t\r\n", 5);

/// The element whose index is `token`, written as RFC 6901 demands; null if there is none.
const JsonValue* find_element(const JsonValue& array, const std::string& token) {
  rapidjson::SizeType index = 0;
  const char* end = token.data() + token.size();
  const auto [stopped, error] = std::from_chars(token.data(), end, index);
  const bool padded = token.size() > 1 && token.front() == '0';
  if (error != std::errc() || stopped != end || padded || index >= array.Size()) return nullptr;
  return &array[index];
}

class Search {
 public:
  Search(const JsonPointer& pointer, const std::function<void(const JsonMatch&)>& visit)
      : tokens_(pointer.tokens()), visit_(visit) {}

  void follow(const JsonValue* value, std::size_t depth, JsonMatch so_far) {
    if (depth == tokens_.size() || value == nullptr) {
      const bool there = value != nullptr && !value->IsNull();
      so_far.value = there ? value : nullptr;
      if (there && value->IsString()) so_far.path.clear();
      return visit_(so_far);
    }
    const std::string& token = tokens_[depth];
    if (token == kEveryElement && value->IsArray()) {
      for (rapidjson::SizeType i = 0; i < value->Size(); ++i) {
        follow_element((*value)[i], depth, std::to_string(i), so_far);
      }
    } else if (token == kEveryElement && value->IsObject()) {
      for (const auto& member : value->GetObject()) {
        // Cut, because each match keeps the name: a long one may have a million values below it.
        const std::string_view name(member.name.GetString(), member.name.GetStringLength());
        follow_element(member.value, depth, printable(name, kShownNameBytes), so_far);
      }
    } else {
      so_far.path += '/' + token;
      follow(find_below(*value, token), depth + 1, std::move(so_far));
    }
  }

 private:
  void follow_element(const JsonValue& element, std::size_t depth, const std::string& name,
                      JsonMatch so_far) {
    so_far.element = &element;
    so_far.is_element = true;
    so_far.path += '/' + name;
    follow(&element, depth + 1, std::move(so_far));
  }

  const std::vector<std::string>& tokens_;
  const std::function<void(const JsonMatch&)>& visit_;
};

}  // namespace

Result<std::optional<std::string>> parse_json(std::string_view text,
                                              rapidjson::Document& document) {
  std::optional<std::string> mended;
  // RapidJSON would skip each of the mark's bytes, whichever of them are there.
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!text.empty() && (text.front() & 0x80) != 0) return fail("not JSON at byte 1: Invalid value");
  // RapidJSON takes a NUL byte for the end of the text.
  const std::size_t end = std::min(text.find('\0'), text.size());
  if (text.find_first_not_of(kNothingBehind, end) != std::string_view::npos) {
    return fail("not JSON at byte {}: a NUL byte", end + 1);
  }
  if (holds_too_many_values(text)) {
    return fail("JSON with over {} million values, more than are taken at once",
                kMostJsonValues / 1'000'000);
  }
  document.Parse<kParseFlags>(text.data(), text.size());
  if (document.HasParseError()) {
    mended = strict_json(text);
    if (*mended != text) document.Parse<kParseFlags>(mended->data(), mended->size());
  }
  if (!document.HasParseError()) return mended;
  std::string what = rapidjson::GetParseError_En(document.GetParseError());
  if (what.ends_with('.')) what.pop_back();
  return fail("not JSON at byte {}: {}", document.GetErrorOffset() + 1, what);
}

const JsonValue* find_below(const JsonValue& value, const std::string& token) {
  return value.IsArray() ? find_element(value, token) : find_member(value, token);
}

void each_match(const JsonValue& document, const JsonPointer& pointer,
                const std::function<void(const JsonMatch&)>& visit) {
  JsonMatch start;
  start.element = &document;
  Search(pointer, visit).follow(&document, 0, std::move(start));
}

ListedItem item_of(const JsonMatch& match, const NameDocument& where) {
  ListedItem item;
  if (match.value == nullptr) {
    item.problem = fmt::format("{} has no link at {}", where(), match.path);
    return item;
  }
  if (!match.value->IsString()) {
    item.url = shown_link(json_text(*match.value).value_or(""));
    item.problem = fmt::format("{}: what is at {} is no text", where(), match.path);
    return item;
  }
  const std::string_view link =
      trimmed_link({match.value->GetString(), match.value->GetStringLength()});
  const std::string what = link.empty() ? "its link is empty" : problem_of_link(link);
  if (!what.empty()) item.problem = fmt::format("{}: {}", where(), what);
  item.url = what.empty() ? std::string(link) : shown_link(link);
  return item;
}

}  // namespace fanfetch
