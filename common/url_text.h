#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

// A URL as it is written: its pieces, and what of them must change before it can be asked for. All
// else stays as somebody wrote it, whose server may insist on it or may have signed it. Pure.

/// The pieces of a URL that has a scheme and a host; together they are the whole text.
struct UrlPieces {
  std::string_view scheme;     ///< Without its ':'.
  std::string_view slashes;    ///< From the ':' to the authority: people write one to three.
  std::string_view authority;  ///< Userinfo, host and port.
  std::string_view path;       ///< Begins with '/'; empty: it has none.
  std::string_view query;      ///< Begins with '?'; empty: it has none.
};

/// `text` up to the first '#', which no earlier piece of a URL can hold (RFC 3986, 3.5).
[[nodiscard]] std::string_view without_fragment(std::string_view text);

/// `https` for `https://…`, in lower case; empty for any other text, such as a path with "://" in
/// it.
[[nodiscard]] std::string written_scheme(std::string_view text);

/// What stands before the path of a URL as somebody wrote it, `https://user@a.test:81`: scheme and
/// authority. A backslash ends these, too, as browsers take it for a '/'. Empty: `url` lacks one of
/// them.
[[nodiscard]] std::string_view url_start(std::string_view url);

/// `url`: without a fragment. Never fails: a piece that is not there is empty.
[[nodiscard]] UrlPieces split_url(std::string_view url);

/// What a request asks its server for: path and query as they are written, but for dot segments
/// (RFC 3986, 5.2.4; `%2e` is none) and bytes that no URL may hold:
///
///     bytes                           | RFC 3986                      | in the request
///     --------------------------------+-------------------------------+----------------------
///     A-Z a-z 0-9 - . _ ~             | unreserved                    | as written
///     ! $ & ' ( ) * + , ; = : @ / ?   | allowed in a path or a query  | as written
///     [ ]                             | in a URL, but in a host alone | as written: browsers
///                                     |                               | and curl send them so
///     %, with two digits behind it    | an escape                     | as written
///     %, without                      | an error                      | as written: `%25`
///                                     |                               | is another link
///     " < > \ ^ ` { | } and the blank | nowhere                       | escaped, upper case
///     00-1F 7F 80-FF                  | nowhere                       | the same, each byte
///
/// A query without content keeps its '?'. Begins with '/', and holds no blank or control character.
[[nodiscard]] std::string request_target(std::string_view path, std::string_view query);

/// `path`, which begins with '/', without the segments `.` and `..` (RFC 3986, 5.2.4).
[[nodiscard]] std::string remove_dot_segments(std::string_view path);

/// `reference`, as a server writes it into a Location or a page, resolved against `base`, a URL
/// (RFC 3986, 5.2). Its escapes, odd bytes and fragment stay as they are, and whether it can be
/// asked for is for parse_url() to say.
[[nodiscard]] std::string resolve_url(std::string_view base, std::string_view reference);

/// Whether the password of a URL in `text` is `***`, as mask_userinfo() leaves it, or the user, as
/// it did before, or more asterisks: the true one is lost. A password that is `***` is written
/// `%2A%2A%2A`.
[[nodiscard]] bool is_masked(std::string_view text);

/// What is wrong with such a link, as the end of a sentence.
inline constexpr std::string_view kMaskedLink =
    "its password was masked as *** by an export, so that it is not known: put it back";

}  // namespace fanfetch
