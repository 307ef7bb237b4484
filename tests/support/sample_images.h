#pragma once

#include <string>
#include <string_view>

namespace fanfetch::support {

/// A baseline JPEG, 480 × 360, a few tens of KB: a gradient with rings and a weave, so that
/// pictures of different seeds look and compress differently. The same bytes for the same seed.
[[nodiscard]] std::string sample_jpeg(unsigned seed);

/// Whether it is a complete JPEG: libjpeg reads every line without an error or warning.
[[nodiscard]] bool decodes_as_jpeg(std::string_view bytes);

/// The smallest GIF that viewers accept: one transparent pixel, 43 bytes.
[[nodiscard]] std::string tiny_gif();

/// The beginning of an MP4: enough to be recognized.
[[nodiscard]] std::string tiny_mp4();

/// Like the image that Imgur sends in place of a removed one: a PNG of exactly 503 bytes.
[[nodiscard]] std::string removed_png();

}  // namespace fanfetch::support
