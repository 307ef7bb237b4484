#include "coordinator/sources/json/json_pointer.h"

#include <algorithm>

namespace fanfetch {
namespace {

/// Deeper than any document in use, and shallow enough for recursion.
constexpr std::size_t kMaxTokens = 100;

/// Error: '~' is not followed by 0 or 1.
Result<std::string> unescape(std::string_view token) {
  std::string plain;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      plain += token[i];
    } else if (i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1')) {
      plain += token[++i] == '0' ? '~' : '/';
    } else {
      return fail("'~' is written ~0, and '/' within a name ~1");
    }
  }
  return plain;
}

}  // namespace

Result<JsonPointer> JsonPointer::parse(std::string_view text) {
  JsonPointer pointer;
  pointer.text_ = text;
  if (!text.empty() && text.front() != '/') {
    return fail("'{}' is no JSON pointer: it begins with '/', as in /data/*/url", text);
  }
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::size_t end = std::min(text.find('/'), text.size());
    auto token = unescape(text.substr(0, end));
    if (!token) return fail("'{}' is no JSON pointer: {}", pointer.text_, token.error().message);
    pointer.tokens_.push_back(std::move(*token));
    text.remove_prefix(end);
  }
  if (pointer.tokens_.size() > kMaxTokens) {
    return fail("the JSON pointer is deeper than {} levels", kMaxTokens);
  }
  return pointer;
}

}  // namespace fanfetch
