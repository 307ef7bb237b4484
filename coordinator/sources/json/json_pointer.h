#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace fanfetch {

/// A JSON pointer (RFC 6901), with one extension: the token `*` matches each element of an array or
/// each member of an object. Pure.
class JsonPointer {
 public:
  /// Error: what is wrong with `text`.
  [[nodiscard]] static Result<JsonPointer> parse(std::string_view text);

  /// As written by the user.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// Unescaped, one for each level. Empty: the pointer leads to the whole document.
  [[nodiscard]] const std::vector<std::string>& tokens() const { return tokens_; }

 private:
  std::string text_;
  std::vector<std::string> tokens_;
};

inline constexpr std::string_view kEveryElement = "*";

}  // namespace fanfetch
