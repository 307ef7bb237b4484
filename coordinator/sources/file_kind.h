#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

// Kinds of files that are no list of any format. Both return what it is and what to do, the end of
// a sentence that begins with the file's name; empty: it is none of these. Pure.

/// By its first bytes: another program's file, an archive, text of two or four bytes a character.
[[nodiscard]] std::string binary_kind(std::string_view beginning);
/// HTML, sitemaps and other XML. `text`: without whitespace before it.
[[nodiscard]] std::string markup_kind(std::string_view text);

}  // namespace fanfetch
