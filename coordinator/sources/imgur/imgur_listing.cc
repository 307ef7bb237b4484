#include "coordinator/sources/imgur/imgur_listing.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "common/ascii.h"
#include "coordinator/sources/imgur/imgur_order.h"

namespace fanfetch {
namespace {

using Items = ImgurListing::Items;
using Words = std::span<const std::string>;
using Listing = Result<ImgurListing>;

constexpr std::string_view kPage = "{page}";  // endpoints have no other bare brace
constexpr std::array<std::string_view, 6> kPageHosts = {"imgur.com", "www.imgur.com", "m.imgur.com",
                                                        "imgur.io",  "www.imgur.io",  "m.imgur.io"};
constexpr std::string_view kForms =
    "there are imgur, imgur:hot/SORT, imgur:top/SORT/WINDOW, imgur:user/SORT, imgur:r/NAME, "
    "imgur:t/TAG, imgur:a/ID, imgur:search?q=WORDS, and pasted pages of these, of posts and images";

/// RFC 3986: encodes all but the unreserved characters.
std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool is_plain =
        is_alphanumeric(c) || std::string_view("-._~").find(c) != std::string_view::npos;
    encoded += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

bool is_all_alphanumeric(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_alphanumeric(c); });
}

/// Imgur's ids have 5 or 7 characters today, but that is not documented.
constexpr std::size_t kShortestId = 5;
constexpr std::size_t kLongestId = 12;

/// The id in `ID` or `title-slug-ID`; empty if there is none.
std::string id_of(std::string_view word) {
  const std::string_view id = word.substr(word.rfind('-') + 1);  // npos + 1 is 0
  const bool is_id = id.size() >= kShortestId && id.size() <= kLongestId && is_all_alphanumeric(id);
  return is_id ? std::string(id) : std::string();
}

Listing gallery(const std::string& section, Words rest) {
  ImgurOrders orders{.sorts = {"viral", "top", "time"}};
  if (section == "user") orders.sorts.emplace_back("rising");
  if (section == "top") {
    orders.takes_window = ImgurOrders::Window::any_sort;
    orders.window = "day";
  }
  const auto order = read_imgur_order(rest, orders);
  if (!order) return tl::unexpected(order.error());
  return ImgurListing{.endpoint =
                          fmt::format("/3/gallery/{}/{}/{}{}{}", section, order->sort,
                                      order->window, order->window.empty() ? "" : "/", kPage)};
}

/// A subreddit or a tag: the endpoint is `base` and the order.
Listing ordered(std::string_view base, std::vector<std::string_view> sorts, Words rest,
                Items items) {
  const auto order = read_imgur_order(
      rest,
      {.sorts = std::move(sorts), .takes_window = ImgurOrders::Window::top_only, .window = "week"});
  if (!order) return tl::unexpected(order.error());
  return ImgurListing{.endpoint = fmt::format("{}/{}/{}{}{}", base, order->sort, order->window,
                                              order->window.empty() ? "" : "/", kPage),
                      .items = items};
}

Listing subreddit(Words words) {
  const bool is_name = words.size() > 1 && !words[1].empty() &&
                       std::all_of(words[1].begin(), words[1].end(),
                                   [](char c) { return c == '_' || is_alphanumeric(c); });
  if (!is_name) return fail("behind r/ goes the name of a subreddit");
  return ordered("/3/gallery/r/" + words[1], {"time", "top"}, words.subspan(2), Items::data);
}

Listing tag(Words words) {
  // A dot segment would ask for another page of the API than a tag's.
  if (words.size() < 2 || words[1].empty() || words[1] == "." || words[1] == "..") {
    return fail("behind t/ goes a tag");
  }
  return ordered("/3/gallery/t/" + percent_encode(words[1]), {"viral", "top", "time"},
                 words.subspan(2), Items::inner);
}

Listing search(Words rest, std::string_view sought) {
  if (sought.find_first_not_of(" \t") == std::string_view::npos) {
    return fail("nothing to search for: imgur:search?q=WORDS");
  }
  const auto order = read_imgur_order(rest, {.sorts = {"time", "top", "viral"},
                                             .takes_window = ImgurOrders::Window::top_only,
                                             .window = "all"});
  if (!order) return tl::unexpected(order.error());
  return ImgurListing{.endpoint = fmt::format("/3/gallery/search/{}/{}/{}?q={}", order->sort,
                                              order->window.empty() ? "all" : order->window, kPage,
                                              percent_encode(sought))};
}

Listing album(std::string_view word) {
  const std::string id = id_of(word);
  if (id.empty()) return fail("behind a/ goes the ID of an album, 5 or 7 letters and digits");
  return ImgurListing{.endpoint = fmt::format("/3/album/{}/images", id)};
}

ImgurListing post(std::string_view endpoint, std::string_view id) {
  return {.endpoint = fmt::format("{}/{}", endpoint, id), .items = Items::post};
}

bool is_section(std::string_view word) { return word == "hot" || word == "top" || word == "user"; }

/// The forms that sources and pages have in common. `sought`: the words of a search.
Listing read_words(Words words, std::string_view sought) {
  const std::string first = words.empty() ? "" : words[0];
  if (is_section(first)) return gallery(first, words.subspan(1));
  if (first == "r") return subreddit(words);
  if (first == "t") return tag(words);
  if (first == "search") return search(words.subspan(1), sought);
  return fail("no such listing");
}

/// The words between slashes, percent-decoded; slashes at either end are ignored.
std::vector<std::string> split(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  while (path.starts_with('/')) path.remove_prefix(1);
  std::vector<std::string> words;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    words.push_back(percent_decode(path.substr(0, slash)));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return words;
}

std::string decode_words(std::string_view text) {
  std::string blanks(text);
  std::replace(blanks.begin(), blanks.end(), '+', ' ');
  return percent_decode(blanks);
}

/// The value of `q` in the query of a URL.
std::string sought_by(std::string_view url) {
  std::string_view query = url.substr(std::min(url.find('?'), url.size()));
  while (!query.empty()) {
    query.remove_prefix(1);
    const std::string_view field = query.substr(0, query.find('&'));
    if (field.starts_with("q=")) return decode_words(field.substr(2));
    query.remove_prefix(field.size());
  }
  return "";
}

/// A page's words as the API names them: the site has other names for some sorts.
std::vector<std::string> as_api_words(std::vector<std::string> words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "new" && i + 1 == words.size()) words[i] = "time";
  }
  const bool has_own_sort =
      words.size() > 1 && words[0] == "search" && (words[1] == "score" || words[1] == "relevance");
  if (has_own_sort) words.erase(words.begin() + 1);
  return words;
}

/// The page of a post or an image. nullopt: it is another page.
std::optional<ImgurListing> read_single_page(Words words) {
  const std::string id = id_of(words[std::min<std::size_t>(words.size(), 3) - 1]);
  if (words.size() == 1) {
    const bool is_image = id == words[0] && (id.size() == 5 || id.size() == 7);
    return is_image ? std::optional(post("/3/image", id)) : std::nullopt;
  }
  if (words[0] == "gallery") {
    const std::string second = id_of(words[1]);
    return second.empty() ? std::nullopt : std::optional(post("/3/gallery", second));
  }
  if (words.size() == 2 || id.empty() || is_imgur_order(words[2])) return std::nullopt;
  if (words[0] == "t") return post("/3/gallery", id);
  if (words[0] == "r") return post("/3/gallery/r/" + percent_encode(words[1]), id);
  return std::nullopt;
}

}  // namespace

bool ImgurListing::is_paged() const { return endpoint.find(kPage) != std::string::npos; }

std::string ImgurListing::page_endpoint(int page) const {
  std::string path = endpoint;
  if (const std::size_t at = path.find(kPage); at != std::string::npos) {
    path.replace(at, kPage.size(), std::to_string(page));
  }
  return path;
}

Result<ImgurListing> parse_imgur_source(std::string_view word) {
  std::string_view rest = word.substr(word.find(':') + 1);
  std::string sought;
  const auto wrong = [&](std::string_view why) {
    return fail("'{0}': {1}; {2}. For a file write ./{0} or -i {0}", word, why, kForms);
  };
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    const std::string_view query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
    if (!rest.starts_with("search") || !query.starts_with("q=")) {
      return wrong("behind '?' goes q=WORDS, in a search");
    }
    sought = decode_words(query.substr(2));
  }
  const std::vector<std::string> words = split(rest);
  const bool is_album = !words.empty() && words[0] == "a";
  if (is_album && words.size() > 2) return wrong("nothing goes behind the ID of an album");
  auto listing = is_album ? album(words.size() > 1 ? words[1] : "") : read_words(words, sought);
  if (!listing) return wrong(listing.error().message);
  return listing;
}

Result<std::optional<ImgurListing>> parse_imgur_page(const Url& url) {
  if (std::ranges::find(kPageHosts, url.host) == kPageHosts.end()) return std::nullopt;
  std::vector<std::string> words = split(url.path);
  if (words.empty()) return ImgurListing{};
  if (words.size() == 1) {
    // imgur.com/ID.jpg leads to the file, but a .gifv is a page around one.
    const std::size_t dot = words[0].rfind('.');
    if (dot != std::string::npos && words[0].substr(dot) != ".gifv") return std::nullopt;
    words[0] = words[0].substr(0, dot);
  }
  words = as_api_words(std::move(words));
  const auto wrong = [&](std::string_view why) {
    return fail("'{}' is a page of Imgur that cannot be read: {}; {}", url.normal, why, kForms);
  };
  // The gallery's own address, and the same before its sections.
  if (words[0] == "gallery" && (words.size() == 1 || is_section(words[1]))) {
    words.erase(words.begin());
    if (words.empty()) return ImgurListing{};
  }
  // On the site, /user/NAME is somebody's own page.
  if (words[0] == "user" && !url.path.starts_with("/gallery/")) return wrong("it is a user's");
  if (words[0] == "a") {
    auto found = album(words.size() > 1 ? words[1] : "");
    if (!found) return wrong(found.error().message);
    return std::move(*found);
  }
  if (auto single = read_single_page(words)) return single;
  auto listing = read_words(words, sought_by(url.normal));
  if (!listing) return wrong(listing.error().message);
  return std::move(*listing);
}

}  // namespace fanfetch
