#pragma once

#include <cstdint>
#include <string_view>

namespace fanfetch {

/// What a name or a Content-Type says that a body is, from the weakest to the strongest: a body of
/// several claims must fulfil the strongest.
enum class Claim : std::uint8_t {
  nothing,        ///< It may be anything: a page, a script, a name without an extension.
  file,           ///< An archive, a document, data or media: anything but an HTML page.
  other_picture,  ///< A picture of a kind that sniff() does not fully know: the same, not empty.
  picture,  ///< A picture or a video that sniff() knows: one of any kind, as servers often name the
            ///< wrong one.
};

/// `extension`: lower case, without its dot.
[[nodiscard]] Claim claim_of_extension(std::string_view extension);

/// `type`: lower case, without parameters. Of files only their names are believed: servers send a
/// page to sign in as what it is.
[[nodiscard]] Claim claim_of_type(std::string_view type);

/// Whether a server sends HTML under that type on purpose: what many a program exports for Excel or
/// Word is a table in HTML.
[[nodiscard]] bool is_html_on_purpose(std::string_view type);

}  // namespace fanfetch
