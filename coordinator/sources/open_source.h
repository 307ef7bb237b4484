#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/url.h"
#include "coordinator/link/page.h"
#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/imgur/imgur_listing.h"
#include "coordinator/sources/json/api_source.h"
#include "coordinator/sources/json/json_pointer.h"
#include "coordinator/sources/list_format.h"
#include "coordinator/sources/open_list.h"

namespace fanfetch {

/// A parsed SOURCE argument; nothing is opened.
struct SourceSpec {
  enum class Kind { imgur, list, url, api };
  Kind kind = Kind::list;
  /// A path or `-`; the URL; for an Imgur listing the SOURCE word, or empty for bare `imgur`.
  std::string argument;
  ListFormat format = ListFormat::text;  ///< Of a list.
  ImgurListing imgur = {};               ///< Of kind imgur.

  /// The tutorial's job: `imgur`, or no SOURCE at all.
  [[nodiscard]] bool is_bare_imgur() const { return kind == Kind::imgur && argument.empty(); }
};

/// How other options change the meaning of SOURCE words.
struct SourceWays {
  std::optional<ListFormat> format = {};  ///< For all lists, regardless of their names.
  bool urls_are_apis = false;             ///< A URL is the first page of an API, not a link.
};

/// What sources need from the run.
struct SourceContext {
  int stop_fd = -1;      ///< Becomes readable when the run stops; never drained.
  FetchPage fetch_page;  ///< For listings.
  /// Called before waiting for a list, so that the caller can pass on the items it has.
  std::function<void()> before_waiting;
  std::string api_base;  ///< Base URL of the Imgur API, without a slash at the end.
  std::string client_id;
  int pages = 1;        ///< Most pages of a listing to read.
  bool albums = false;  ///< Replace albums by their images.
  /// A listing that asks for a longer pause ends; 0: no limit.
  std::chrono::milliseconds max_wait = std::chrono::minutes(10);
  /// Shows a message to the user; may block.
  std::function<void(std::string)> notice;

  bool name_given = false;             ///< `--name`: names that a list gives count for nothing.
  std::string url_column = "url";      ///< For CSV and TSV lists.
  std::optional<char> delimiter;       ///< The same; nullopt: by the format and the heading.
  JsonPointer links_at;                ///< For JSON and APIs.
  std::optional<JsonPointer> next_at;  ///< Leads to the URL of an API's next page.
  ColumnsWanted columns;
  ApiHeaders headers_for;  ///< May be null.
};

/// Decides what a SOURCE word is, by the rules of the command line: a bare word without '/', '.' or
/// ':' is never a file. Pure: opens nothing. Error: the meaning is unclear, or there is no such
/// source (exit status 2); says what to write instead.
[[nodiscard]] Result<SourceSpec> parse_source(std::string_view word, const SourceWays& ways = {});

/// The same for `-i FILE`, which is always a list: a path, whatever it looks like, or `-`.
/// Error: the path is empty (exit status 2).
[[nodiscard]] Result<SourceSpec> list_spec(std::string_view path, const SourceWays& ways = {});

/// The source of a list that is open. The first next() sees to it that the list is of that format:
/// see other_kind().
[[nodiscard]] std::unique_ptr<Source> list_source(ListText list, ListFormat format,
                                                  const SourceContext& context);

/// Opens a source. Error: it cannot be opened, or it has no columns although --name asks for one
/// (exit status 3).
[[nodiscard]] Result<std::unique_ptr<Source>> open_source(const SourceSpec& spec,
                                                          const SourceContext& context);

}  // namespace fanfetch
