#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fanfetch {

/// File systems allow 255 bytes; the rest is for suffixes.
inline constexpr std::size_t kMaxComponentBytes = 200;
inline constexpr std::size_t kMaxPathBytes = 1000;

/// Makes `path` a relative path that is safe to create below any folder, of valid UTF-8 in NFC:
///
///     what there is                                    | what becomes of it
///     -------------------------------------------------+-------------------------------------
///     bytes that are no UTF-8                          | `_` each
///     control characters, NUL, line separators, `\`    | `_`
///     bidi, format and zero-width characters           | `_`, but for the two joiners (1)
///     more than 30 marks on a letter                   | `_`
///     dots at the beginning of a component             | `_`: no hidden file, no `.fanfetch`
///     dots and blanks at its end                       | dropped, as some file systems do
///     a component that is empty, `.` or `..`           | dropped
///     a device of Windows: `con`, `COM1.txt`, `nul .x` | gets a `_` in front
///     more than kMaxComponentBytes                     | cut between characters, not in the
///                                                      | extension
///     more than kMaxPathBytes                          | the innermost folders are dropped
///     no file name                                     | `index.html`
///
/// (1) Scripts and emoji need them. At the beginning, where some file systems ignore them before a
/// dot, they go, too.
///
/// Signs that only some file systems refuse (`:`, `?`) stay until one does: see NameForm.
/// Idempotent.
[[nodiscard]] std::string clean_path(std::string_view path);

/// `a/photo.jpg` with suffix `1a2b3c4d` becomes `a/photo-1a2b3c4d.jpg`; its components still have
/// at most kMaxComponentBytes. REQUIRES: `path` is clean, `suffix` is short ASCII.
[[nodiscard]] std::string with_suffix(std::string_view path, std::string_view suffix);

/// `.jpg` of `a/photo.jpg`; empty if there is none. More than 20 bytes are no extension.
[[nodiscard]] std::string_view extension_of(std::string_view path);

/// `a/photo` with `jpg` becomes `a/photo.jpg`, clean again; a name that is too long loses its end.
/// REQUIRES: `path` is clean, `extension` is short ASCII.
[[nodiscard]] std::string with_extension(std::string_view path, std::string_view extension);

/// `path` with components of at most `max_bytes` (20 to kMaxComponentBytes), cut between
/// characters, with the extension kept. REQUIRES: `path` is clean.
[[nodiscard]] std::string shortened(std::string_view path, std::size_t max_bytes);

/// Unicode case folding: equal for two names that a case-insensitive file system takes for one.
[[nodiscard]] std::string fold_case(std::string_view path);

/// A hash of fold_case(), the same in every run. Two different names that share a key by chance
/// cost one of them a needless suffix, no more.
[[nodiscard]] std::uint64_t name_key(std::string_view path);

}  // namespace fanfetch
