#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fanfetch {

inline constexpr std::size_t kMaxComponentBytes =
    200;  ///< File systems allow 255; suffixes follow.
inline constexpr std::size_t kMaxPathBytes = 1000;

/// A relative path that is safe to create below any folder: valid UTF-8 in NFC; no empty, `.` or
/// `..` component and none that starts with a dot (a link must not make hidden files, nor reach our
/// own `.fanfetch`) or ends with a dot or space (some file systems drop those); no control, format
/// or bidi character, no backslash or NUL; components of at most kMaxComponentBytes, cut between
/// characters with the extension kept; at most kMaxPathBytes in all, for which inner folders go.
/// What is not allowed becomes `_`. A path without a file name, thus also an empty one, gets
/// `index.html`. Idempotent.
[[nodiscard]] std::string clean_path(std::string_view path);

/// `a/photo.jpg` with suffix `1a2b3c4d` is `a/photo-1a2b3c4d.jpg`; still at most kMaxComponentBytes
/// a component. REQUIRES: `path` is clean, `suffix` is short ASCII.
[[nodiscard]] std::string with_suffix(std::string_view path, std::string_view suffix);

/// `.jpg` of `a/photo.jpg`; empty: it has none. What is very long is none.
[[nodiscard]] std::string_view extension_of(std::string_view path);

/// `a/photo` with `jpg` is `a/photo.jpg`, clean again: where the name is too long its end goes.
/// REQUIRES: `path` is clean, `extension` is short ASCII.
[[nodiscard]] std::string with_extension(std::string_view path, std::string_view extension);

/// Equal for two names that a file system without case would take for one (Unicode case folding).
[[nodiscard]] std::string fold_case(std::string_view path);

/// Equal for such names, in this and every later run; else different, as far as 64 bits go: two
/// names that share a key cost one of them a needless suffix, no more.
[[nodiscard]] std::uint64_t name_key(std::string_view path);

}  // namespace fanfetch
