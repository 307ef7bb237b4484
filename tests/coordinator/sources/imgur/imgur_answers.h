#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/link/page.h"

// What Imgur answers, and the id that it is asked with.

namespace fanfetch {

inline constexpr char kId[] = "c1ient0id";

inline Page page(std::string body, int status = 200, std::string type = "application/json") {
  return {.http_status = status, .content_type = std::move(type), .body = std::move(body)};
}

inline Page listing(std::string_view items) {
  return page(fmt::format(R"({{"data":[{}],"success":true,"status":200}})", items));
}

inline std::string image(std::string_view name) {
  return fmt::format(R"({{"id":"{0}","link":"http://i/{0}.jpg"}})", name);
}

/// An album that says it has `count` images, and shows those named.
inline std::string album(std::string_view id, int count, std::vector<std::string_view> images) {
  std::string shown;
  for (const auto name : images) shown += (shown.empty() ? "" : ",") + image(name);
  return fmt::format(
      R"({{"id":"{0}","is_album":true,"link":"https://imgur.com/a/{0}","images_count":{1},)"
      R"("images":[{2}]}})",
      id, count, shown);
}

/// `page` with what Imgur says of its limits.
inline Page with_credits(Page page, int user, std::string_view reset, int client = 12'000) {
  page.headers = {{"x-ratelimit-userlimit", "500"},
                  {"x-ratelimit-userremaining", std::to_string(user)},
                  {"x-ratelimit-userreset", std::string(reset)},
                  {"x-ratelimit-clientlimit", "12500"},
                  {"x-ratelimit-clientremaining", std::to_string(client)}};
  return page;
}

}  // namespace fanfetch
