#pragma once

#include <cstddef>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "coordinator/link/page.h"
#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/imgur/imgur_listing.h"

namespace fanfetch {

/// One item of a response: an image, or an album with those of its images that the response holds.
struct ImgurItem {
  ListedItem entry;  ///< An image's link, see imgur_link.h; or the page of an album.
  bool is_album = false;
  std::size_t images_count = 0;  ///< Of the whole album.
  std::vector<ListedItem> images;
};

/// Why a response has no items.
struct ImgurFailure {
  enum class Kind {
    throttled,  ///< Imgur asks for a pause; any other request would get the same response.
    broken,     ///< A failure within Imgur, which may soon be over.
    final,      ///< The same request would fail again.
  };
  Kind kind = Kind::final;
  ErrorClass error = ErrorClass::protocol;
  std::string what;
  std::string advice;  ///< May be empty.

  [[nodiscard]] std::string message() const { return advice.empty() ? what : what + ": " + advice; }
};

/// Reads a response of the API, whatever its status. `url` is its URL, for messages. Text from the
/// server is shown as one line of plain text, with `client_id` masked. `columns`: those of an item
/// are its fields. Pure.
[[nodiscard]] tl::expected<std::vector<ImgurItem>, ImgurFailure> read_imgur_page(
    const Page& page, ImgurListing::Items items, const std::string& url,
    const std::string& client_id, const ColumnsWanted& columns = {});

}  // namespace fanfetch
