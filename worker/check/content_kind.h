#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace fanfetch {

/// What a body is by its first bytes. Servers and links say what they like; these cannot.
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
  mp4,  ///< And its relatives, QuickTime and 3GP.
  webm,
  matroska,
  html,
  xml,   ///< XML whose root lies beyond the head: perhaps an SVG.
  gzip,  ///< Perhaps a compressed SVG.
};

/// More of a body than this is never looked at.
inline constexpr std::size_t kHeadBytes = 1024;

/// Is `head` all that will be looked at?
enum class Head : std::uint8_t { growing, complete };

/// Tells by magic bytes. What is told of a growing head, but `unknown`, more bytes do not change.
[[nodiscard]] ContentKind sniff(std::span<const std::byte> head, Head state = Head::complete);

/// A picture or a video.
[[nodiscard]] bool is_picture(ContentKind kind);

/// `image/jpeg` and so on; empty for what is not known well enough: `unknown`, `xml`, `gzip`.
[[nodiscard]] std::string_view mime_type(ContentKind kind);

}  // namespace fanfetch
