#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

// The one place that text of lists, servers and file names passes on its way into a page.

/// `text` as text of an HTML page, or as the value of an attribute between quotes: `&`, `<`, `>`
/// and both quotes become references; control and bidi characters and bytes that are no UTF-8
/// become visible escapes, as on a terminal (see printable()). At most `most` bytes of it.
[[nodiscard]] std::string html_text(std::string_view text, std::size_t most = 2000);

/// The same for several lines: line feeds stay.
[[nodiscard]] std::string html_lines(std::string_view text);

/// `url` as a link with itself as its text, or as text alone where it does not begin with `http://`
/// or `https://`: a page must not lead to `javascript:` or a file. The link tells no server where
/// it was found.
[[nodiscard]] std::string html_link(std::string_view url);
/// The same with another text, which is HTML already.
[[nodiscard]] std::string html_link(std::string_view url, std::string_view html);

/// A command that people copy, as a block of its own.
[[nodiscard]] std::string html_command(std::string_view command);

}  // namespace fanfetch
