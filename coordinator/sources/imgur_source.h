#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "common/http_page.h"
#include "common/result.h"
#include "coordinator/sources/source.h"

namespace fanfetch {

/// What a gallery is read with.
struct ImgurAccess {
  FetchPage fetch_page;
  std::string api_base;   ///< Without a slash at the end.
  std::string client_id;  ///< Goes into a header of each request, never into a message.
  int pages = 1;          ///< At most so many; the first empty one ends the listing.
  int stop_fd = -1;       ///< Readable when the run stops.
};

/// The Imgur gallery "hot", page after page, each asked for when the one before is used up.
/// Yields `link` and `id` of every item, albums and GIFs too: choosing is the filter's job.
class ImgurSource final : public Source {
 public:
  /// REQUIRES: the client ID was checked (open_imgur_gallery() does).
  explicit ImgurSource(ImgurAccess access) : access_(std::move(access)) {}

  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  ImgurAccess access_;
  std::vector<ListedItem> items_;  // of the page at hand
  std::size_t next_item_ = 0;
  int next_page_ = 0;
};

/// Error: no client ID, or one with characters that would break out of its header.
[[nodiscard]] Result<std::unique_ptr<Source>> open_imgur_gallery(ImgurAccess access);

}  // namespace fanfetch
