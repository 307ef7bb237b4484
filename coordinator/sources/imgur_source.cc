#include "coordinator/sources/imgur_source.h"

#include <poll.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "common/url.h"

namespace fanfetch {
namespace {

using Json = rapidjson::Value;

constexpr std::size_t kShownBytes = 200;        // of what a server says, in a message
constexpr std::size_t kMaxLinkBytes = 1 << 16;  // a longer one is not kept, as in a list

/// Iterative, because a page that is nothing but '[' would overflow the stack otherwise.
constexpr unsigned kParseFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

/// A server's words as part of one line for a terminal.
std::string one_line(std::string_view text) {
  std::string line(text.substr(0, kShownBytes));
  for (char& c : line) {
    if (c < ' ' || c > '~') c = c == '\n' || c == '\r' || c == '\t' ? ' ' : '?';
  }
  return line;
}

const Json* member(const Json& json, const char* name) {
  if (!json.IsObject()) return nullptr;
  const auto found = json.FindMember(name);
  return found == json.MemberEnd() ? nullptr : &found->value;
}

std::string_view text_of(const Json* json) {
  if (json == nullptr || !json->IsString()) return {};
  return {json->GetString(), json->GetStringLength()};
}

bool holds(const std::string& text, std::string_view lower_case_word) {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  };
  return std::search(text.begin(), text.end(), lower_case_word.begin(), lower_case_word.end(),
                     same) != text.end();
}

/// The first of `errors`, one of the forms that a failure takes; null: it is not there.
const Json* first_error(const Json& body) {
  const Json* errors = member(body, "errors");
  return errors == nullptr || !errors->IsArray() || errors->Empty() ? nullptr : &(*errors)[0];
}

/// What an error body says, whichever of Imgur's forms it has; empty if it says nothing.
std::string_view error_text(const Json& body) {
  if (const Json* data = member(body, "data")) {
    if (const Json* error = member(*data, "error")) {
      return text_of(error->IsObject() ? member(*error, "message") : error);
    }
  }
  const Json* error = first_error(body);
  return error == nullptr ? std::string_view() : text_of(member(*error, "detail"));
}

/// The status that counts: some failures travel with 200 and tell the true one inside.
int true_status(const Page& page, const Json& body) {
  int status = page.http_status;
  if (status / 100 != 2) return status;
  if (const Json* inner = member(body, "status"); inner != nullptr && inner->IsInt()) {
    return inner->GetInt();
  }
  if (const Json* error = first_error(body)) {
    const std::string_view code = text_of(member(*error, "code"));
    std::from_chars(code.data(), code.data() + code.size(), status);  // leaves it if it is none
  }
  return status;
}

/// Why a page is no listing, and what can be done about it.
tl::unexpected<Error> refusal(const std::string& url, int status, const std::string& says) {
  const std::string answer =
      says.empty() ? fmt::format("status {}", status) : fmt::format("status {}: {}", status, says);
  if (status == 429 || (status == 403 && holds(says, "capacity"))) {
    return fail("Imgur is over capacity or throttling at {} ({}): try again later", url, answer);
  }
  const bool about_id = holds(says, "client id") || holds(says, "client_id") ||
                        holds(says, "clientid") || holds(says, "authentication");
  if (status == 401 || status == 403 || about_id) {
    return fail("Imgur refused the client ID at {} ({}): check IMGUR_CLIENT_ID", url, answer);
  }
  if (status >= 500) return fail("Imgur cannot answer {} now ({}): try again later", url, answer);
  if (status / 100 == 2) return fail("Imgur reports a failure at {} ({}): try later", url, answer);
  return fail("Imgur has no listing at {} ({}): check --api-base", url, answer);
}

ListedItem read_item(const Json& json) {
  ListedItem item;
  item.id = text_of(member(json, "id")).substr(0, kShownBytes);
  const Json* link = member(json, "link");
  if (link == nullptr || !link->IsString()) {
    item.problem = "the item has no link";
  } else if (link->GetStringLength() > kMaxLinkBytes) {
    item.problem = fmt::format("the item's link is over {} KiB long", kMaxLinkBytes / 1024);
    item.url = text_of(link).substr(0, kShownBytes);
  } else {
    item.url = text_of(link);
  }
  return item;
}

/// The items of a page. `url` is for messages; what the server says is shown without `client_id`.
Result<std::vector<ListedItem>> read_page(const Page& page, const std::string& url,
                                          const std::string& client_id) {
  rapidjson::Document body;
  body.Parse<kParseFlags>(page.body.data(), page.body.size());
  const bool is_ok = page.http_status / 100 == 2;
  if (body.HasParseError()) {
    if (!is_ok) return refusal(url, page.http_status, {});
    return fail(
        "{} is not JSON ({} at byte {}, type '{}'): check --api-base, and whether a proxy or a "
        "login page answers in Imgur's place",
        url, rapidjson::GetParseError_En(body.GetParseError()), body.GetErrorOffset(),
        one_line(page.content_type));
  }

  const Json* success = member(body, "success");
  const Json* data = member(body, "data");
  if (!is_ok || (success != nullptr && success->IsFalse()) || member(body, "errors") != nullptr) {
    std::string says(error_text(body));
    for (std::size_t at = 0; (at = says.find(client_id, at)) != std::string::npos;) {
      says.replace(at, client_id.size(), "***");
      at += 3;
    }
    return refusal(url, true_status(page, body), one_line(says));
  }
  if (data == nullptr || !data->IsArray()) {
    return fail("{} has no array 'data', so it is no listing: check --api-base", url);
  }

  std::vector<ListedItem> items;
  items.reserve(data->Size());
  for (const Json& json : data->GetArray()) items.push_back(read_item(json));
  return items;
}

bool is_readable(int fd) {
  pollfd asked{fd, POLLIN, 0};
  return ::poll(&asked, 1, 0) > 0;  // a negative descriptor never is
}

}  // namespace

Result<std::optional<ListedItem>> ImgurSource::next() {
  if (next_item_ == items_.size()) {
    if (next_page_ >= access_.pages || is_readable(access_.stop_fd)) return std::nullopt;
    const PageRequest request{
        .url = fmt::format("{}/3/gallery/hot/viral/{}", access_.api_base, next_page_),
        .headers = {"Authorization: Client-ID " + access_.client_id}};
    const auto page = access_.fetch_page(request);
    if (!page) {
      if (is_readable(access_.stop_fd)) return std::nullopt;
      return tl::unexpected(page.error());
    }
    auto items = read_page(*page, mask_userinfo(request.url), access_.client_id);
    if (!items) return tl::unexpected(items.error());
    items_ = std::move(*items);
    next_item_ = 0;
    next_page_ = items_.empty() ? access_.pages : next_page_ + 1;
    if (items_.empty()) return std::nullopt;
  }
  return std::move(items_[next_item_++]);
}

Result<std::unique_ptr<Source>> open_imgur_gallery(ImgurAccess access) {
  const std::string& id = access.client_id;
  if (id.empty()) return fail("no Imgur client ID: set IMGUR_CLIENT_ID or --client-id-file");
  if (!std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    return fail("the Imgur client ID has characters that no ID has: check IMGUR_CLIENT_ID");
  }
  return std::make_unique<ImgurSource>(std::move(access));
}

}  // namespace fanfetch
