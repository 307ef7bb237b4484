#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fanfetch {

// Text in headers, which RFC 9110 leaves without a character set. Pure.

/// `bytes` as UTF-8: as they are if they are that, else read as Windows-1252, which is Latin-1 with
/// letters in place of the controls 80 to 9F: what a server that knows no UTF-8 most likely means.
[[nodiscard]] std::string to_utf8(std::string_view bytes);

/// The same for bytes of a named character set. nullopt: we cannot read that one.
[[nodiscard]] std::optional<std::string> decode_charset(std::string_view charset,
                                                        std::string_view bytes);

/// Whether `text` holds what looks like an encoded word of mail, `=?UTF-8?B?…?=` (RFC 2047).
[[nodiscard]] bool has_encoded_words(std::string_view text);

/// `text` with its encoded words decoded; blanks between two of them vanish. nullopt: one of them
/// is broken, or of a character set that we cannot read.
[[nodiscard]] std::optional<std::string> decode_encoded_words(std::string_view text);

}  // namespace fanfetch
