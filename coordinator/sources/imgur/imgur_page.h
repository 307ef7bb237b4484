#pragma once

#include <cstddef>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "coordinator/link/page.h"
#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/imgur/imgur_listing.h"

namespace fanfetch {

/// One item of an answer: an image, or an album with as many of its images as the answer holds.
struct ImgurItem {
  ListedItem entry;  ///< Its link, by the rules of imgur_link.h; of an album, the album's page.
  bool is_album = false;
  std::size_t images_count = 0;  ///< Of an album, whole.
  std::vector<ListedItem> images;
};

/// Why an answer has no items.
struct ImgurFailure {
  enum class Kind {
    throttled,  ///< Imgur asks for a pause; any other request would meet the same.
    broken,     ///< A trouble of Imgur's own, which may soon be over.
    final,      ///< The same request would meet it again.
  };
  Kind kind = Kind::final;
  ErrorClass error = ErrorClass::protocol;
  std::string what;
  std::string advice;  ///< Or empty.

  [[nodiscard]] std::string message() const { return advice.empty() ? what : what + ": " + advice; }
};

/// Reads an answer of the API, whatever its status. `url` is where it is from, for messages; what
/// the server says is shown without `client_id`, and as one line of plain text. Pure.
[[nodiscard]] tl::expected<std::vector<ImgurItem>, ImgurFailure> read_imgur_page(
    const Page& page, ImgurListing::Items items, const std::string& url,
    const std::string& client_id);

}  // namespace fanfetch
