#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/result.h"
#include "common/sha256.h"
#include "coordinator/link/page.h"
#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/imgur/imgur_credits.h"
#include "coordinator/sources/imgur/imgur_listing.h"
#include "coordinator/sources/imgur/imgur_page.h"

namespace fanfetch {

/// How a listing is read.
struct ImgurAccess {
  FetchPage fetch_page;
  std::string api_base;        ///< Base URL, without a slash at the end.
  std::string client_id;       ///< Sent in a header of each request, never shown in a message.
  int pages = 1;               ///< Most pages to read; the first empty one ends the listing.
  bool albums = false;         ///< Albums are replaced by their images; else they are skipped.
  ColumnsWanted columns = {};  ///< The item's own fields; an album's without its images.
  /// A throttled request is given up when its pauses would add up to more; 0: never.
  std::chrono::milliseconds max_wait{0};
  std::function<void(std::string)> notice;  ///< Shows a message to the user.
  std::function<WallTime()> now;
  /// Waits for the given time. False: the run is stopping.
  std::function<bool(std::chrono::milliseconds)> wait;
};

/// Reads one of Imgur's listings page by page; each page is requested when the one before is used
/// up. Yields the file and the id of every image, GIFs too: the filter chooses among them. Waits
/// when Imgur asks for a pause ("capacity", 429, 503), and briefly after other failures within
/// Imgur. Makes no request when Imgur's credits are nearly used up. Reports the remaining credits
/// at the end.
class ImgurSource final : public Source {
 public:
  /// REQUIRES: the client ID was checked, as open_imgur() does, and all functions are set.
  ImgurSource(ImgurListing listing, ImgurAccess access)
      : listing_(std::move(listing)), access_(std::move(access)) {}

  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  /// nullopt: the run is stopping.
  using Answer = tl::expected<std::optional<std::vector<ImgurItem>>, ImgurFailure>;
  enum class Step { go_on, end };

  [[nodiscard]] Result<Step> read_page();
  [[nodiscard]] Result<Step> open_album(ImgurItem album);
  [[nodiscard]] Answer ask(const std::string& endpoint, ImgurListing::Items items);
  [[nodiscard]] tl::expected<Step, ImgurFailure> wait_for(std::chrono::milliseconds delay,
                                                          std::chrono::milliseconds most,
                                                          const ImgurFailure& failure);
  [[nodiscard]] bool stopping() const;
  [[nodiscard]] Step end();

  const ImgurListing listing_;
  const ImgurAccess access_;
  ImgurCredits credits_;
  std::vector<ImgurItem> items_;  // of the current page
  std::size_t next_item_ = 0;
  std::vector<ListedItem> images_;  // of the current album
  std::size_t next_image_ = 0;
  int next_page_ = 0;
  Sha256Digest last_page_{};             // digest of its links
  std::chrono::milliseconds waited_{0};  // for the current request
  bool ended_ = false;
};

/// Error: no client ID, or one with characters that would break out of its header.
[[nodiscard]] Result<std::unique_ptr<Source>> open_imgur(ImgurListing listing, ImgurAccess access);

}  // namespace fanfetch
