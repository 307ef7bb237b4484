#pragma once

#include <string>
#include <string_view>

namespace fanfetch::support {

/// A baseline JPEG, 480 × 360, a few tens of KB: a gradient with rings and a weave, so that
/// pictures of different seeds look and compress differently. The same bytes for the same seed.
[[nodiscard]] std::string sample_jpeg(unsigned seed);

/// A whole JPEG: libjpeg reads every line without an error or a warning. A cut one is not.
[[nodiscard]] bool decodes_as_jpeg(std::string_view bytes);

/// The smallest GIF that viewers take: one transparent pixel, 43 bytes.
[[nodiscard]] std::string tiny_gif();

/// The beginning of an MP4 and a little of a body: enough to be told from other files.
[[nodiscard]] std::string tiny_mp4();

/// Stands in for what Imgur sends in place of a removed image: a PNG of exactly 503 bytes.
[[nodiscard]] std::string removed_png();

}  // namespace fanfetch::support
