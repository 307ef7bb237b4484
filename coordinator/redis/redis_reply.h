#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fanfetch {

/// What a server replied: a value, bounded by who read it (redis_wire.h). Its texts are bytes of a
/// server's, so they pass printable() before a person sees them.
struct RedisReply {
  enum class Kind : std::uint8_t {
    nil,
    integer,
    text,   ///< A string or a status such as OK; for whoever asked they are the same.
    error,  ///< `text`: its code and words, `NOSCRIPT No matching script.`
    array,
  };

  Kind kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text;
  std::vector<RedisReply> elements;

  [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }
  [[nodiscard]] bool is_error() const { return kind == Kind::error; }
  [[nodiscard]] bool is_text(std::string_view wanted) const {
    return kind == Kind::text && text == wanted;
  }
  /// The element's text; empty: there is none, or it is no text.
  [[nodiscard]] std::string_view text_at(std::size_t index) const {
    const bool has = index < elements.size() && elements[index].is(Kind::text);
    return has ? std::string_view(elements[index].text) : std::string_view();
  }

  bool operator==(const RedisReply&) const = default;
};

}  // namespace fanfetch
