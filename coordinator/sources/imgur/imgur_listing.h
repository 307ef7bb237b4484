#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"
#include "common/url.h"

namespace fanfetch {

/// One of Imgur's listings: the API's endpoint, and where its responses hold the items. The default
/// is the front page: the gallery "hot", most viral first.
struct ImgurListing {
  enum class Items {
    data,   ///< `data` is an array of items.
    inner,  ///< `data.items` is an array of items (a tag).
    post,   ///< `data` is one item; if it is an album, its images are the listing.
  };

  /// Below the API's base, percent-encoded, with the query. `{page}` stands for a page's number.
  std::string endpoint = "/3/gallery/hot/viral/{page}";
  Items items = Items::data;

  /// True: pages are numbered from 0, and the first empty one is the end. False: there is one page.
  [[nodiscard]] bool is_paged() const;
  /// The endpoint of a page; `page` is ignored if the listing is not paged.
  [[nodiscard]] std::string page_endpoint(int page) const;
};

/// Reads a SOURCE of one of these forms, with or without a slash at its end:
///
///     imgur:hot[/SORT]                        viral, top, time
///     imgur:top[/SORT][/WINDOW]               viral, top, time
///     imgur:user[/SORT]                       viral, top, time, rising
///     imgur:r/NAME[/SORT][/WINDOW]            time, top
///     imgur:t/TAG[/SORT][/WINDOW]             viral, top, time
///     imgur:search[/SORT][/WINDOW]?q=WORDS    time, top, viral
///     imgur:a/ID
///
/// The first sort is the default (Imgur's own). WINDOW is day, week, month, year or all; it goes
/// with the section `top`, elsewhere with the sort `top`, which it implies. WORDS are as in a URL:
/// `+` and `%20` are blanks; literal blanks, `&` and `#` are allowed too.
/// Error: what is wrong, and the valid forms.
[[nodiscard]] Result<ImgurListing> parse_imgur_source(std::string_view word);

/// Reads the address of a page on imgur.com or imgur.io (www. and m. too), as pasted from a
/// browser: those of the listings above, of a post (/gallery/ID, /t/TAG/ID, /r/NAME/ID), an album
/// or an image, with or without a title before the ID. nullopt: it is not such a page but a plain
/// link, such as those to i.imgur.com. Error: the page is not supported; lists the valid forms.
[[nodiscard]] Result<std::optional<ImgurListing>> parse_imgur_page(const Url& url);

}  // namespace fanfetch
