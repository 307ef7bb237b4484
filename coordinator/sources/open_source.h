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
#include "coordinator/sources/json/json_pointer.h"
#include "coordinator/sources/list_format.h"

namespace fanfetch {

/// A SOURCE argument, understood but not opened.
struct SourceSpec {
  enum class Kind { imgur, list, url, api };
  Kind kind = Kind::list;
  /// A path or `-`; the URL; for an Imgur listing the word that named it, empty for bare `imgur`.
  std::string argument;
  ListFormat format = ListFormat::text;  ///< Of a list.
  ImgurListing imgur = {};               ///< If that is the kind.

  /// The tutorial's job: `imgur`, or no SOURCE at all.
  [[nodiscard]] bool is_bare_imgur() const { return kind == Kind::imgur && argument.empty(); }
};

/// What other options make of SOURCE words.
struct SourceWays {
  std::optional<ListFormat> format = {};  ///< Of all lists, whatever their names say.
  bool urls_are_apis = false;             ///< A URL is a page with links, not a link.
};

/// What sources need from outside.
struct SourceContext {
  int stop_fd = -1;      ///< Becomes readable when the run stops; never drained.
  FetchPage fetch_page;  ///< For listings.
  /// Called before a list is waited for: the time to hand on what has come so far.
  std::function<void()> before_waiting;
  std::string api_base;  ///< Of the Imgur API, without a slash at the end.
  std::string client_id;
  int pages = 1;        ///< Listing pages to read at most.
  bool albums = false;  ///< Open albums into their images.
  /// A listing that asks for a longer pause ends; 0: none is too long.
  std::chrono::milliseconds max_wait = std::chrono::minutes(10);
  /// Takes what the person at the terminal should know meanwhile; may wait.
  std::function<void(std::string)> notice;

  std::string url_column = "url";      ///< Of CSV and TSV lists.
  JsonPointer links_at;                ///< Of JSON lines and APIs.
  std::optional<JsonPointer> next_at;  ///< To the next page of an API.
  ColumnsWanted columns;
  /// The user's headers for a page of an API; null: none.
  std::function<std::vector<std::string>(const Url&)> headers_for;
};

/// Tells what a SOURCE word is, by the rules of the command line: a bare word without '/', '.' or
/// ':' is never a file. Pure: opens nothing. Error: what was meant is unclear or not to be had
/// (exit status 2), with what to write instead.
[[nodiscard]] Result<SourceSpec> parse_source(std::string_view word, const SourceWays& ways = {});

/// The same for `-i FILE`, which is always a list: a path, whatever it looks like, or `-`.
/// Error: no path (exit status 2).
[[nodiscard]] Result<SourceSpec> list_spec(std::string_view path, const SourceWays& ways = {});

/// Opens it. Error: it cannot be had, or has no columns where some are asked for by name (exit
/// status 3).
[[nodiscard]] Result<std::unique_ptr<Source>> open_source(const SourceSpec& spec,
                                                          const SourceContext& context);

}  // namespace fanfetch
