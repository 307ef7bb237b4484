#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

/// What Imgur's API says about the location of one image's file. Empty: not given.
struct ImgurFile {
  std::string_view id;
  std::string_view link;
  std::string_view mp4;  ///< The same animation as a video.
  bool animated = false;
};

/// The URL of the file: `link` as given, except that
/// - a `.gifv` is a page that shows a video, and is replaced by the video;
/// - the link of an animation over 20 MB is a thumbnail, and is replaced by the video;
/// - links to Imgur's own hosts get https, which old items lack.
/// Links to other hosts, such as a test server on loopback, keep their scheme.
[[nodiscard]] std::string imgur_file_link(const ImgurFile& file);

/// imgur.com or imgur.io, or a host below one of them. Any case.
[[nodiscard]] bool is_imgur_host(std::string_view host);

}  // namespace fanfetch
