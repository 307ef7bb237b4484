#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"
#include "common/url.h"

namespace fanfetch {

/// One of Imgur's listings: what to ask the API for, and where in its answer the items are. The
/// default is the front page, the gallery "hot" with the most viral first.
struct ImgurListing {
  enum class Items {
    data,   ///< `data` is an array of items.
    inner,  ///< `data.items` is (a tag).
    post,   ///< `data` is one item; if it is an album, its images are the listing.
  };

  /// Below the API's base, percent-encoded, with the query. `{page}` stands for a page's number.
  std::string endpoint = "/3/gallery/hot/viral/{page}";
  Items items = Items::data;

  /// Page after page from 0 until one is empty; else one answer is all.
  [[nodiscard]] bool is_paged() const;
  /// The endpoint of a page; without pages, `page` does not count.
  [[nodiscard]] std::string page_endpoint(int page) const;
};

/// Reads a SOURCE of one of these forms, a slash at its end or none:
///
///     imgur:hot[/SORT]  imgur:top[/SORT][/WINDOW]  imgur:user[/SORT]   viral, top, time (user:
///     rising) imgur:r/NAME[/SORT][/WINDOW]                                     time, top
///     imgur:t/TAG[/SORT][/WINDOW]                                      viral, top, time
///     imgur:search[/SORT][/WINDOW]?q=WORDS                             time, top, viral
///     imgur:a/ID
///
/// The first sort is the default (Imgur's own). WINDOW is day, week, month, year or all; it goes
/// with the section `top`, elsewhere with the sort `top`, which it implies. WORDS are as in a URL:
/// `+` and `%20` are blanks, but blanks may stand there as well, and so may `&` and `#`.
/// Error: what is wrong with it, and the forms that there are.
[[nodiscard]] Result<ImgurListing> parse_imgur_source(std::string_view word);

/// Reads the address of a page on imgur.com or imgur.io (www. and m. too), as pasted from a
/// browser: those of the listings above, of a post (/gallery/ID, /t/TAG/ID, /r/NAME/ID), an album
/// or an image, with or without a title before the ID. None: it is no such page but a link like
/// any other, as are i.imgur.com's. Error: a page that cannot be read, and the forms that can.
[[nodiscard]] Result<std::optional<ImgurListing>> parse_imgur_page(const Url& url);

}  // namespace fanfetch
