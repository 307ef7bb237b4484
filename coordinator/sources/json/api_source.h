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

/// The headers for a request to `url`, which may hold a secret. `api`: the first page, as the user
/// named it; `url` is that, or what pages and redirects led to.
using ApiHeaders = std::function<std::vector<std::string>(const Url& url, const Url& api,
                                                          WasEncrypted was_encrypted)>;

/// How a JSON API is read.
struct ApiListing {
  FetchPage fetch_page;
  ApiHeaders headers_for;  ///< May be null.
  std::string url;         ///< The first page, as the user wrote it.
  JsonPointer links_at;
  std::optional<JsonPointer> next_at;            ///< nullopt: there is only one page.
  int pages = 1;                                 ///< Most pages to read.
  std::function<void(std::string)> notice = {};  ///< Shows a message to the user. May be null.
  ColumnsWanted columns;  ///< Members of what the last `*` of `links_at` matched.
  int stop_fd = -1;       ///< Becomes readable when the run stops.
};

/// Reads any JSON API page by page; each page is requested when the links of the one before are
/// used up. If more than one is asked for, and the first one says that there are more but not
/// where, the list ends in an error. Links may be relative to their page. The list ends when
/// nothing (or null, false or "") is where the next page's URL should be. Each page's next one is
/// at the page's own origin or at the first one's; redirects lead to others, where the address
/// policy allows it and with the headers that belong there: a server must not be able to make this
/// machine send requests to internal hosts, or its secrets to others. A next page that was read
/// before is an error, because the rest of the list cannot be found.
class ApiSource final : public Source {
 public:
  explicit ApiSource(ApiListing listing);

  /// Error: a page cannot be fetched or does not match the pointers, or there were entries but none
  /// with a link. All items before the error have been yielded.
  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  [[nodiscard]] Result<> read_page();
  [[nodiscard]] PageRequest request_for(const Url& url) const;
  [[nodiscard]] Result<> add_links(const JsonValue& document);
  [[nodiscard]] ListedItem read_item(const JsonMatch& match) const;
  [[nodiscard]] Result<> find_next(const JsonValue& document);
  [[nodiscard]] Result<> check_end(const Page& page, const JsonValue& document) const;

  ApiListing listing_;
  std::vector<ListedItem> items_;  // of the current page
  std::size_t next_item_ = 0;
  std::optional<std::string> next_url_;
  std::optional<Url> api_;                         // listing_.url
  std::string page_url_;                           // of the current page, where it came from
  std::string shown_;                              // page_url_ for messages
  WasEncrypted was_encrypted_ = WasEncrypted::no;  // a page so far
  int pages_read_ = 0;
  bool found_links_ = false;                    // on any page
  std::optional<std::string> linkless_path_;    // the first entry without a link
  std::unordered_set<std::size_t> pages_seen_;  // hashes of the normal forms of their URLs
  std::optional<Error> trouble_;                // to report after items_
};

}  // namespace fanfetch
