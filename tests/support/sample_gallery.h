#pragma once

#include <chrono>
#include <map>
#include <string>

#include "tests/support/fault_origin.h"

namespace fanfetch::support {

struct GalleryOptions {
  int images = 120;
  std::chrono::milliseconds delay{200};  ///< Before each image, like a real round trip.
  std::string client_id = {};            ///< The only one accepted; empty: any.
};

/// A small Imgur: `/3/gallery/hot/viral/{page}` with a client ID, one full page, and its images on
/// the same port. In addition to `images` JPEGs the page holds a GIF, a video (linked as a .gifv),
/// an album and a removed image, which the tutorial's rule skips: its run saves every JPEG and
/// skips four items. The page shows the first of the album's three images, as Imgur does.
///
/// The removed image is an item without `link`. Imgur's own way, a 302 to removed.png, would today
/// be saved under a picture's name, and a 404 would make the sample run end with a failure.
class SampleGallery {
 public:
  explicit SampleGallery(GalleryOptions options = {});

  /// For `--api-base`.
  [[nodiscard]] std::string api_base() const { return origin_.url(); }
  [[nodiscard]] FaultOrigin& origin() { return origin_; }
  /// The files that must be in the output folder after a run: name → bytes.
  [[nodiscard]] const std::map<std::string, std::string>& files() const { return files_; }
  /// The further files if albums are opened and no extension is refused.
  [[nodiscard]] const std::map<std::string, std::string>& other_files() const {
    return other_files_;
  }

 private:
  void serve_images();
  void serve_others();
  void serve_listing();

  GalleryOptions options_;
  std::map<std::string, std::string> files_;
  std::map<std::string, std::string> other_files_;
  std::string listing_;  // the first page
  std::string album_;    // all of the album's images
  FaultOrigin origin_;   // last: its threads end before what they use
};

}  // namespace fanfetch::support
