#include "coordinator/sources/json/api_source.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/url_text.h"
#include "common/utf8.h"
#include "coordinator/process/stop_wait.h"
#include "coordinator/sources/entry/list_text.h"
#include "coordinator/sources/entry/row_columns.h"
#include "coordinator/sources/json/json_search.h"
#include "coordinator/sources/json/page_signs.h"

namespace fanfetch {
namespace {

constexpr std::size_t kShownWords = 200;  // of text from a server

bool is_stopped(int stop_fd) { return !wait_unless_stopped(stop_fd, std::chrono::milliseconds(0)); }

tl::unexpected<Error> refusal(const std::string& url, const Page& page) {
  const bool secret = page.http_status == 401 || page.http_status == 403;
  const std::string_view wait = page.header("retry-after");
  return fail(
      "{} answered with status {}{}{}{}{}{}", url, page.http_status, page.body.empty() ? "" : ": ",
      printable(page.body, kShownWords),
      wait.empty() ? "" : "; when to ask again: Retry-After: ", printable(wait, kShownWords),
      secret ? "; --header-for HOST 'Authorization: ...' sends what it may ask for" : "");
}

bool is_relative(std::string_view link) {
  const std::size_t colon = link.find_first_of(":/?#");
  return colon == std::string_view::npos || !link.substr(colon).starts_with("://");
}

/// The userinfo of `url` as written, with its '@'; empty if it has none.
std::string_view written_userinfo(std::string_view url) {
  const std::string_view authority = split_url(without_fragment(url)).authority;
  return authority.substr(0, authority.rfind('@') + 1);  // npos + 1 is 0
}

/// `url` with that userinfo in place of its own.
std::string with_userinfo(const std::string& url, std::string_view userinfo) {
  const std::string_view own = written_userinfo(url);
  const std::string_view before =
      std::string_view(url).substr(0, static_cast<std::size_t>(own.data() - url.data()));
  return std::string(before).append(userinfo).append(url, before.size() + own.size());
}

/// Whether there is a value at `pointer`, null or not.
bool is_there(const JsonValue& document, const JsonPointer& pointer) {
  const JsonValue* value = &document;
  for (const std::string& token : pointer.tokens()) {
    value = find_below(*value, token);
    if (value == nullptr) return false;
  }
  return true;
}

/// Whether `value` means that there is no further page.
bool is_nothing(const JsonValue& value) {
  return value.IsNull() || value.IsFalse() || (value.IsString() && value.GetStringLength() == 0);
}

}  // namespace

ApiSource::ApiSource(ApiListing listing) : listing_(std::move(listing)), next_url_(listing_.url) {}

Result<std::optional<ListedItem>> ApiSource::next() {
  while (next_item_ == items_.size()) {
    if (trouble_) return tl::unexpected(*trouble_);
    if (is_stopped(listing_.stop_fd)) return std::nullopt;
    if (!next_url_ || pages_read_ >= listing_.pages) {
      if (found_links_ || !linkless_path_) return std::nullopt;
      // Probably a misspelt member name. Without this error every entry would be skipped, and the
      // run would count as a success.
      return fail("{}: nothing is at '{}', nor in any other entry: check --links-at {}", shown_,
                  *std::exchange(linkless_path_, std::nullopt), listing_.links_at.text());
    }
    const auto read = read_page();
    if (!read && is_stopped(listing_.stop_fd)) return std::nullopt;
    if (!read) return tl::unexpected(read.error());
  }
  return std::move(items_[next_item_++]);
}

Result<> ApiSource::read_page() {
  page_url_ = *std::exchange(next_url_, std::nullopt);
  shown_ = mask_userinfo(page_url_);
  if (is_masked(page_url_)) return fail("cannot get {}: {}", shown_, kMaskedLink);
  const auto url = parse_url(page_url_);
  if (!url) return fail("cannot get {}: {}", shown_, url.error().message);
  pages_seen_.insert(std::hash<std::string>()(url->normal));
  if (!api_) api_ = *url;
  const auto page = listing_.fetch_page(request_for(*url));
  if (!page) return tl::unexpected(page.error());
  if (!page->url.empty() && page->url != url->request) {  // redirects led there
    const auto came_from = parse_url(page->url);
    const bool is_api = came_from && came_from->origin() == api_->origin();
    page_url_ = is_api ? with_userinfo(page->url, written_userinfo(listing_.url)) : page->url;
    shown_ = mask_userinfo(page_url_);
  }
  if (written_scheme(page_url_) == "https") was_encrypted_ = WasEncrypted::yes;
  if (page->http_status / 100 != 2) return refusal(shown_, *page);
  rapidjson::Document document;
  if (const auto parsed = parse_json(page->body, document); !parsed) {
    return fail("{} is {} (its type is '{}')", shown_, parsed.error().message,
                printable(page->content_type, kShownWords));
  }
  ++pages_read_;
  items_.clear();
  next_item_ = 0;
  if (auto added = add_links(document); !added) return added;
  auto next = find_next(document);
  if (next && !next_url_) next = check_end(*page, document);
  if (!next) trouble_ = std::move(next.error());
  return {};
}

PageRequest ApiSource::request_for(const Url& url) const {
  PageRequest request{.url = page_url_, .headers = {}, .named_origin = api_->origin()};
  if (!listing_.headers_for) return request;
  request.headers = listing_.headers_for(url, *api_, was_encrypted_);
  request.headers_elsewhere = [this](const Url& other, WasEncrypted was_encrypted) {
    return listing_.headers_for(other, *api_, std::max(was_encrypted, was_encrypted_));
  };
  return request;
}

Result<> ApiSource::add_links(const JsonValue& document) {
  std::optional<std::string> nothing_at;
  each_match(document, listing_.links_at, [&](const JsonMatch& match) {
    if (match.value == nullptr && !match.is_element) {
      nothing_at = match.path;
    } else {
      if (match.value != nullptr) found_links_ = true;
      if (match.value == nullptr && !linkless_path_) linkless_path_ = match.path;
      items_.push_back(read_item(match));
    }
  });
  if (!nothing_at) return {};
  return fail("{} has nothing at '{}': check --links-at {}", shown_, *nothing_at,
              listing_.links_at.text());
}

ListedItem ApiSource::read_item(const JsonMatch& match) const {
  ListedItem item = item_of(match, [] { return "the page"; });
  if (item.url && item.problem.empty() && is_relative(*item.url)) {
    item.url = resolve_url(page_url_, *item.url);
  }
  for (const std::string& name : listing_.columns.named) {
    const JsonValue* member = find_member(*match.element, name);
    item.named.push_back(member == nullptr ? "" : plain_text(*member).value_or(""));
  }
  if (listing_.columns.keep && match.element->IsObject()) {
    if (auto text = json_text(*match.element)) {
      keep_columns(item, std::move(*text), "the page's entry");
    } else if (item.problem.empty()) {
      item.problem = "--keep-columns cannot keep its entry: " + text.error().message;
    }
  }
  return item;
}

Result<> ApiSource::find_next(const JsonValue& document) {
  if (!listing_.next_at || pages_read_ >= listing_.pages) return {};
  const JsonValue* found = nullptr;
  each_match(document, *listing_.next_at, [&](const JsonMatch& match) {
    if (found == nullptr) found = match.value;
  });
  if (found == nullptr || is_nothing(*found)) return {};
  if (!found->IsString()) {
    return fail("{}: what is at {} is no URL of a next page: check --next-at", shown_,
                listing_.next_at->text());
  }
  std::string next = resolve_url(page_url_, {found->GetString(), found->GetStringLength()});
  const auto url = parse_url(next);
  if (!url) {
    return fail("{}: its next page '{}' cannot be asked for: {}", shown_,
                printable(mask_userinfo(found->GetString()), kShownWords), url.error().message);
  }
  const auto own = parse_url(page_url_);
  const bool is_api = url->origin() == api_->origin();
  if (own && own->origin() != url->origin() && !is_api) {
    return fail(
        "{}: its next page is at another server, {}, and is not followed; give it as a "
        "SOURCE of its own if it is the right one",
        shown_, printable(url->request, kShownWords));
  }
  if (pages_seen_.count(std::hash<std::string>()(url->normal)) > 0) {
    return fail("{}: its next page, {}, was read already, so the list has no end: check --next-at",
                shown_, printable(url->request, kShownWords));
  }
  // The same server gets the same user, as with a redirect.
  if (is_api && url->userinfo.empty()) next = with_userinfo(next, written_userinfo(listing_.url));
  next_url_ = std::move(next);
  return {};
}

/// There is no next page: for want of one, or of --next-at?
Result<> ApiSource::check_end(const Page& page, const JsonValue& document) const {
  if (listing_.pages == 1 || pages_read_ > 1) return {};
  if (!listing_.next_at && listing_.notice) {
    listing_.notice(fmt::format(
        "{}: only one page is read, as --next-at does not say where it names the next one",
        shown_));
  }
  // A null at that place says that this is the last page.
  if (listing_.next_at && is_there(document, *listing_.next_at)) return {};
  const auto more = sign_of_more(page, document, listing_.links_at);
  if (!more) return {};
  return fail("{} is not all: {}; --next-at POINTER says where it names the next page", shown_,
              *more);
}

}  // namespace fanfetch
