#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fanfetch {

/// File systems allow 255 bytes; the rest is for suffixes.
inline constexpr std::size_t kMaxComponentBytes = 200;
inline constexpr std::size_t kMaxPathBytes = 1000;

/// Makes `path` a relative path that is safe to create below any folder:
/// - valid UTF-8 in NFC, with at most 30 marks on a letter, without control, format and bidi
///   characters, backslashes and NULs; the two joiners that scripts and emoji need stay, but not at
///   a component's beginning, where some file systems ignore them before a dot;
/// - no component that is empty, `.` or `..`, starts with a dot (a link must not make hidden files
///   or reach our own `.fanfetch`) or ends with a dot or a space (some file systems drop those);
/// - components of at most kMaxComponentBytes, cut between characters, with the extension kept;
/// - at most kMaxPathBytes in all: the innermost folders are dropped.
/// What is not allowed becomes `_`. A path without a file name, so also an empty one, gets
/// `index.html`. Idempotent.
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
