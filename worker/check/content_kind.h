#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace fanfetch {

/// What a body is, judged by its first bytes. A link or a header may be wrong; these bytes are what
/// a viewer reads.
enum class ContentKind : std::uint8_t {
  unknown,
  jpeg,
  png,
  gif,
  webp,
  avif,
  heic,
  heif,
  bmp,
  tiff,
  ico,
  jxl,
  svg,
  mp4,   ///< Also QuickTime and 3GP, and pieces of a stream without the file's first box.
  m4a,   ///< Sound in the same container.
  webm,  ///< Also pieces of a stream without the file's head.
  matroska,
  html,
  xml,   ///< XML whose root element comes after the head: possibly an SVG.
  gzip,  ///< Possibly a compressed SVG.
};

/// The head: only this many bytes of a body are examined.
inline constexpr std::size_t kHeadBytes = 1024;

/// Whether more bytes of the head can still arrive.
enum class Head : std::uint8_t { growing, complete };

/// Recognises a kind by its magic bytes. For a growing head, a result other than `unknown` is
/// final.
[[nodiscard]] ContentKind sniff(std::span<const std::byte> head, Head state = Head::complete);

/// Whether it is a picture, a video or the sound of one.
[[nodiscard]] bool is_picture(ContentKind kind);

/// The MIME type, such as `image/jpeg`; empty for `unknown`, `xml` and `gzip`, which do not
/// determine one.
[[nodiscard]] std::string_view mime_type(ContentKind kind);

}  // namespace fanfetch
