#include "coordinator/sources/imgur/imgur_page.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "common/ascii.h"
#include "coordinator/sources/entry/json_values.h"
#include "coordinator/sources/entry/row_columns.h"
#include "coordinator/sources/imgur/imgur_link.h"

namespace fanfetch {
namespace {

using Items = ImgurListing::Items;
using Kind = ImgurFailure::Kind;
using Unexpected = tl::unexpected<ImgurFailure>;
using Json = rapidjson::Value;

constexpr std::size_t kShownBytes = 200;        // of what a server says, in a message
constexpr std::size_t kMaxLinkBytes = 1 << 16;  // a longer one is not kept, as in a list

/// Iterative, because a page that is nothing but '[' would overflow the stack otherwise.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag |
                                 rapidjson::kParseFullPrecisionFlag;

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
  const auto same = [](char a, char b) { return to_lower(a) == b; };
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

/// The status that counts: some failures come with status 200 and name the real one in the body.
int true_status(const Page& page, const Json& body) {
  int status = page.http_status;
  if (status / 100 != 2) return status;
  if (const Json* inner = member(body, "status"); inner != nullptr && inner->IsInt()) {
    return inner->GetInt();
  }
  if (const Json* error = first_error(body)) {
    const std::string_view code = text_of(member(*error, "code"));
    std::from_chars(code.data(), code.data() + code.size(),
                    status);  // unchanged if `code` is not a number
  }
  return status;
}

/// Why a response is not a listing, and what the user can do.
Unexpected refusal(const std::string& url, int status, const std::string& says) {
  const std::string answer =
      says.empty() ? fmt::format("status {}", status) : fmt::format("status {}: {}", status, says);
  const auto failure = [&](Kind kind, ErrorClass error,
                           fmt::format_string<const std::string&, const std::string&> what,
                           std::string_view advice) {
    return Unexpected({kind, error, fmt::format(what, url, answer), std::string(advice)});
  };
  if (status == 429 || (status == 403 && holds(says, "capacity"))) {
    return failure(Kind::throttled, ErrorClass::rate_limited,
                   "Imgur is over capacity or throttling at {} ({})", "try again later");
  }
  const bool about_id = holds(says, "client id") || holds(says, "client_id") ||
                        holds(says, "clientid") || holds(says, "authentication");
  if (status == 401 || status == 403 || about_id) {
    return failure(Kind::final, ErrorClass::http_4xx, "Imgur refused the client ID at {} ({})",
                   "check IMGUR_CLIENT_ID");
  }
  if (status >= 500) {
    return failure(status == 503 ? Kind::throttled : Kind::broken, ErrorClass::http_5xx,
                   "Imgur cannot answer {} now ({})", "try again later");
  }
  if (status / 100 == 2) {
    return failure(Kind::final, ErrorClass::protocol, "Imgur reports a failure at {} ({})",
                   "try later");
  }
  return failure(Kind::final, ErrorClass::http_4xx, "Imgur has no listing at {} ({})",
                 "check the name, and --api-base");
}

Unexpected no_listing(std::string what, std::string_view advice) {
  return Unexpected({Kind::final, ErrorClass::protocol, std::move(what), std::string(advice)});
}

/// `json` as an object of its own fields: an album's images are none of them.
Result<std::string> own_fields(const Json& json) {
  std::string text = "{";
  for (const auto& field : json.GetObject()) {
    if (field.name == "images") continue;
    const auto name = json_text(field.name);
    const auto value = json_text(field.value);
    if (!value) return tl::unexpected(value.error());
    text += fmt::format("{}{}:{}", text.size() > 1 ? "," : "", *name, *value);
  }
  return text + "}";
}

void add_columns(ListedItem& entry, const Json& json, const ColumnsWanted& columns) {
  for (const std::string& name : columns.named) {
    const Json* field = find_member(json, name);
    entry.named.push_back(field == nullptr ? "" : plain_text(*field).value_or(""));
  }
  if (!columns.keep || !json.IsObject()) return;
  if (auto fields = own_fields(json)) {
    keep_columns(entry, std::move(*fields), "the item");
  } else if (entry.problem.empty()) {
    entry.problem = "--keep-columns cannot keep the item: " + fields.error().message;
  }
}

/// The link of an image or of an album itself.
ListedItem read_link(const Json& json) {
  ListedItem entry;
  entry.id = text_of(member(json, "id")).substr(0, kShownBytes);
  const Json* link = member(json, "link");
  const Json* animated = member(json, "animated");
  if (link == nullptr || !link->IsString()) {
    entry.problem = "the item has no link";
    return entry;
  }
  std::string url = imgur_file_link({.id = text_of(member(json, "id")),
                                     .link = text_of(link),
                                     .mp4 = text_of(member(json, "mp4")),
                                     .animated = animated != nullptr && animated->IsTrue()});
  if (url.size() > kMaxLinkBytes) {
    entry.problem = fmt::format("the item's link is over {} KiB long", kMaxLinkBytes / 1024);
    url.resize(kShownBytes);
  }
  entry.url = std::move(url);
  return entry;
}

/// The entry of an image or of an album itself.
ListedItem read_entry(const Json& json, const ColumnsWanted& columns) {
  ListedItem entry = read_link(json);
  add_columns(entry, json, columns);
  return entry;
}

ImgurItem read_item(const Json& json, const ColumnsWanted& columns) {
  ImgurItem item{.entry = read_entry(json, columns)};
  const Json* is_album = member(json, "is_album");
  const Json* images = member(json, "images");
  const bool has_images = images != nullptr && images->IsArray();
  item.is_album = is_album == nullptr ? has_images : is_album->IsTrue();
  if (!item.is_album) return item;
  if (has_images) {
    for (const Json& image : images->GetArray()) item.images.push_back(read_entry(image, columns));
  }
  const Json* count = member(json, "images_count");
  item.images_count = item.images.size();
  if (count != nullptr && count->IsUint()) item.images_count = count->GetUint();
  return item;
}

/// The array or object at the location `items`; null if it is not there.
const Json* find_items(const Json& body, Items items) {
  const Json* data = member(body, "data");
  if (data == nullptr) return nullptr;
  if (items == Items::post) return data->IsObject() && !data->ObjectEmpty() ? data : nullptr;
  if (items == Items::inner && data->IsObject()) data = member(*data, "items");
  return data != nullptr && data->IsArray() ? data : nullptr;
}

std::string_view location_of(Items items) {
  switch (items) {
    case Items::data: return "array 'data'";
    case Items::inner: return "array 'data.items'";
    case Items::post: break;
  }
  return "object 'data'";
}

/// Text from the server, safe to print.
std::string shown(std::string says, const std::string& client_id) {
  for (std::size_t at = 0; (at = says.find(client_id, at)) != std::string::npos;) {
    says.replace(at, client_id.size(), "***");
    at += 3;
  }
  return one_line(says);
}

}  // namespace

tl::expected<std::vector<ImgurItem>, ImgurFailure> read_imgur_page(const Page& page, Items items,
                                                                   const std::string& url,
                                                                   const std::string& client_id,
                                                                   const ColumnsWanted& columns) {
  if (holds_too_many_values(page.body)) {
    return no_listing(
        fmt::format("{} has over {} million values", url, kMostJsonValues / 1'000'000),
        "check --api-base");
  }
  rapidjson::Document body;
  body.Parse<kParseFlags>(page.body.data(), page.body.size());
  const bool is_ok = page.http_status / 100 == 2;
  if (body.HasParseError()) {
    if (!is_ok) return refusal(url, page.http_status, {});
    return no_listing(
        fmt::format("{} is not JSON ({} at byte {}, type '{}')", url,
                    rapidjson::GetParseError_En(body.GetParseError()), body.GetErrorOffset(),
                    shown(page.content_type, client_id)),
        "check --api-base, and whether a proxy or a login page answers in Imgur's place");
  }
  const Json* success = member(body, "success");
  if (!is_ok || (success != nullptr && success->IsFalse()) || member(body, "errors") != nullptr) {
    return refusal(url, true_status(page, body), shown(std::string(error_text(body)), client_id));
  }
  const Json* found = find_items(body, items);
  if (found == nullptr) {
    return no_listing(fmt::format("{} has no {}, so it is no listing", url, location_of(items)),
                      "check --api-base");
  }
  std::vector<ImgurItem> read;
  if (items == Items::post) {
    read.push_back(read_item(*found, columns));
  } else {
    read.reserve(found->Size());
    for (const Json& json : found->GetArray()) read.push_back(read_item(json, columns));
  }
  return read;
}

}  // namespace fanfetch
