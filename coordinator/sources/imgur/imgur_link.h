#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

/// What Imgur says of one image, as far as it bears on where its file is. Empty: not said.
struct ImgurFile {
  std::string_view id;
  std::string_view link;
  std::string_view mp4;  ///< The same animation as a video.
  bool animated = false;
};

/// Where the file is. `link` as it stands, but
/// - a `.gifv` is a page around a video: the video;
/// - the link of an animation over 20 MB is a still, smaller GIF (a thumbnail): the video;
/// - Imgur's own hosts speak https, whatever an old item says.
/// Links to other hosts, such as a stand-in's on loopback, keep their scheme.
[[nodiscard]] std::string imgur_file_link(const ImgurFile& file);

/// imgur.com or imgur.io, or a host below one of them. Any case.
[[nodiscard]] bool is_imgur_host(std::string_view host);

}  // namespace fanfetch
