#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "common/url.h"
#include "coordinator/link/page.h"
#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/json/json_pointer.h"
#include "coordinator/sources/json/json_search.h"

namespace fanfetch {

/// What a JSON API is read with.
struct ApiListing {
  FetchPage fetch_page;
  /// The headers that go to a URL; null: none. They may hold a secret.
  std::function<std::vector<std::string>(const Url&)> headers_for;
  std::string url;  ///< Of the first page, as the user wrote it.
  JsonPointer links_at;
  std::optional<JsonPointer> next_at;  ///< None: there is one page.
  int pages = 1;                       ///< At most so many.
  ColumnsWanted columns;               ///< Members of what the last `*` of `links_at` stands for.
  int stop_fd = -1;                    ///< Readable when the run stops.
};

/// Any JSON API, page after page, each asked for when the links of the one before are used up.
/// Links may be relative to their page. The list ends where nothing (or null, false or "") leads to
/// a next page. Pages all come from the origin of the first one: what a server says must lead
/// neither to hosts that only this machine reaches, nor its secrets to others. A page that was read
/// already is an error, as the rest of the list is nowhere.
class ApiSource final : public Source {
 public:
  explicit ApiSource(ApiListing listing);

  /// Error: a page cannot be had or is not what the pointers say, or there were entries but none
  /// with a link; what came before was yielded.
  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  [[nodiscard]] Result<> read_page();
  [[nodiscard]] Result<> add_links(const JsonValue& document);
  [[nodiscard]] ListedItem read_item(const JsonMatch& match) const;
  [[nodiscard]] Result<> find_next(const JsonValue& document);

  ApiListing listing_;
  std::vector<ListedItem> items_;  // of the page at hand
  std::size_t next_item_ = 0;
  std::optional<std::string> next_url_;
  std::string page_url_;  // of the page at hand
  std::string shown_;     // the same for messages
  int pages_read_ = 0;
  bool found_links_ = false;                    // on any page
  std::optional<std::string> linkless_place_;   // the first entry without a link
  std::unordered_set<std::size_t> pages_seen_;  // hashes of their normal forms
  std::optional<Error> trouble_;                // behind the items at hand
};

}  // namespace fanfetch
