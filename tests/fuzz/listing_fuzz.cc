// libFuzzer harness of listings: pages of a JSON API and of Imgur, as a server may write them, and
// the words by which a user names them. Input: a byte that chooses, then lines and pages; a page
// ends at a line `--`. See scripts/fuzz.

#include <algorithm>

#include "common/url.h"
#include "common/utf8.h"
#include "coordinator/sources/imgur/imgur_listing.h"
#include "coordinator/sources/imgur/imgur_page.h"
#include "coordinator/sources/json/api_source.h"
#include "coordinator/sources/json/json_pointer.h"
#include "coordinator/sources/json/strict_json.h"
#include "tests/fuzz/fuzz_input.h"

namespace fanfetch::fuzz {
namespace {

constexpr int kPages = 3;
constexpr std::string_view kSecret = "Client0Secret";

std::vector<std::string> pages_of(std::string text) {
  std::vector<std::string> pages;
  for (std::size_t end; (end = text.find("\n--\n")) != std::string::npos; text.erase(0, end + 4)) {
    pages.push_back(text.substr(0, end));
  }
  pages.push_back(std::move(text));
  return pages;
}

/// A message of ours is one line, whatever a server wrote.
void check_message(std::string_view message) {
  REQUIRE(!message.empty() && valid_utf8(message) == message);
  REQUIRE(std::none_of(message.begin(), message.end(),
                       [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }));
}

void check_api(Input& input) {
  static constexpr const char* kLinks[] = {"/items/*/url", "/*/url", "/*", "",
                                           "/data/0/images/*/link"};
  static constexpr const char* kNext[] = {"/next", "/paging/next", "/0"};
  const auto choice = input.byte();
  const std::string header = input.line();
  const auto pages = pages_of(input.rest());
  int asked = 0;
  ApiListing listing{.fetch_page = [&](const PageRequest& request) -> Result<Page> {
                       // A server leads on to itself alone, with the headers that belong there.
                       const auto url = parse_url(request.url);
                       REQUIRE(url && url->origin() == "https://api.example.org:443");
                       REQUIRE(request.named_origin == "https://api.example.org:443");
                       const auto page = static_cast<std::size_t>(asked++);
                       REQUIRE(asked <= kPages);
                       if (page >= pages.size()) return fail("there is no page {}", page);
                       return Page{.http_status = 200,
                                   .content_type = "application/json",
                                   .body = pages[page],
                                   .headers = {{"link", header}, {"x-total-count", header}}};
                     },
                     .headers_for = {},
                     .url = "https://api.example.org/v1/list?page=1",
                     .links_at = *JsonPointer::parse(kLinks[choice % std::size(kLinks)])};
  if (choice >= 32) listing.next_at = *JsonPointer::parse(kNext[choice / 32 % std::size(kNext)]);
  listing.pages = kPages;
  listing.columns.keep = choice % 2 == 0;
  ApiSource source(std::move(listing));
  for (std::size_t items = 0;; ++items) {
    const auto item = source.next();
    if (!item) {
      REQUIRE(!item.error().message.empty());
      return;
    }
    if (!*item) return;
    REQUIRE((*item)->url || !(*item)->problem.empty());
    REQUIRE(items < 100'000);
  }
}

void check_imgur_page(Input& input) {
  const auto choice = input.byte();
  const Page page{.http_status = choice < 128 ? 200 : 400 + choice % 130,
                  .content_type = "application/json",
                  .body = input.rest()};
  const auto items = static_cast<ImgurListing::Items>(choice % 3);
  const auto read = read_imgur_page(page, items, "https://api.imgur.com/3/gallery/hot/viral/0",
                                    std::string(kSecret));
  if (!read) {
    check_message(read.error().message());
    REQUIRE(read.error().message().find(kSecret) == std::string::npos);
    return;
  }
  for (const ImgurItem& item : *read) {
    REQUIRE(item.entry.url || !item.entry.problem.empty() || item.is_album);
    for (const ListedItem& image : item.images) REQUIRE(image.url || !image.problem.empty());
  }
}

void check_listing(const ImgurListing& listing) {
  for (const int page : {0, 17}) {
    const std::string endpoint = listing.page_endpoint(page);
    REQUIRE(endpoint.starts_with("/3/"));
    const auto url = parse_url("https://api.imgur.com" + endpoint);
    REQUIRE(url && url->request == "https://api.imgur.com" + endpoint);
    REQUIRE(url->host == "api.imgur.com");
  }
}

void check_words(const std::string& word) {
  if (const auto listing = parse_imgur_source("imgur:" + word)) check_listing(*listing);
  for (const char* host : {"https://imgur.com/", "https://m.imgur.com/"}) {
    const auto url = parse_url(host + word);
    if (!url) continue;
    const auto page = parse_imgur_page(*url);
    if (page && *page) check_listing(**page);
  }
}

void check_pointer(const std::string& text) {
  const auto pointer = JsonPointer::parse(text);
  if (!pointer) return;
  std::string written;
  for (std::string token : pointer->tokens()) {
    for (std::size_t at = 0; (at = token.find_first_of("~/", at)) != std::string::npos; at += 2) {
      token.replace(at, 1, token[at] == '~' ? "~0" : "~1");
    }
    written += '/' + token;
  }
  const auto again = JsonPointer::parse(written);
  REQUIRE(again && again->tokens() == pointer->tokens());
}

}  // namespace
}  // namespace fanfetch::fuzz

// libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanfetch::fuzz;
  Input input(data, size);
  switch (input.byte() % 5) {
    case 0: check_api(input); break;
    case 1: check_imgur_page(input); break;
    case 2: check_words(input.rest()); break;
    case 3: check_pointer(input.rest()); break;
    case 4: {
      const std::string strict = fanfetch::strict_json(input.rest());
      REQUIRE(fanfetch::strict_json(strict) == strict);
      break;
    }
  }
  return 0;
}
