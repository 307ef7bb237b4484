#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <limits>
#include <string>
#include <vector>

#include "coordinator/sources/imgur/imgur_source.h"

namespace fanfetch {
inline constexpr char kId[] = "c1ient0id";
inline constexpr int kAll = std::numeric_limits<int>::max();

inline bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

inline Page page(std::string body, int status = 200) {
  return {.http_status = status, .content_type = "application/json", .body = std::move(body)};
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

/// Imgur in memory: answers in turn and remembers what it was asked, in a time of its own.
class ImgurSourceTest : public ::testing::Test {
 protected:
  ImgurSourceTest() { access_.max_wait = std::chrono::minutes(10); }

  void open(ImgurListing listing = {}) {
    access_.fetch_page = [this](const PageRequest& request) -> Result<Page> {
      requests_.push_back(request);
      if (answers_.empty()) return fail("no more answers");
      auto answer = std::move(answers_.front());
      answers_.pop_front();
      return answer;
    };
    access_.api_base = "http://api";
    access_.client_id = kId;
    access_.notice = [this](std::string text) { notices_.push_back(std::move(text)); };
    access_.now = [this] { return now_; };
    access_.wait = [this](std::chrono::milliseconds time) {
      if (time.count() > 0) waits_.push_back(time);
      now_ += time;
      return !stopping_ && (!stops_at_ || now_ < *stops_at_);
    };
    auto source = open_imgur(std::move(listing), access_);
    ASSERT_TRUE(source.has_value()) << source.error().message;
    source_ = std::move(*source);
  }

  /// Reads to the end: the error that ended it, or "".
  std::string drain() {
    for (;;) {
      auto item = source_->next();
      if (!item) return item.error().message;
      if (!*item) return "";
      items_.push_back(std::move(**item));
    }
  }
  /// The links that came, with blanks between them; those that are not to be fetched in brackets.
  [[nodiscard]] std::string links() const {
    std::string text;
    for (const ListedItem& item : items_) {
      const std::string url = item.url.value_or("none");
      text += (text.empty() ? "" : " ") + (item.problem.empty() ? url : "[" + url + "]");
    }
    return text;
  }
  /// What was asked for, below the API's base.
  [[nodiscard]] std::vector<std::string> asked() const {
    std::vector<std::string> paths;
    for (const auto& request : requests_) paths.push_back(request.url.substr(10));
    return paths;
  }
  [[nodiscard]] std::chrono::milliseconds waited() const {
    std::chrono::milliseconds sum{0};
    for (const std::chrono::milliseconds time : waits_) sum += time;
    return sum;
  }
  template <class... Answer>
  void answer(Answer... answers) {
    (answers_.push_back(std::move(answers)), ...);
  }

  ImgurAccess access_;
  std::deque<Result<Page>> answers_;
  std::vector<PageRequest> requests_;
  std::vector<std::string> notices_;
  std::vector<std::chrono::milliseconds> waits_;
  WallTime now_{std::chrono::seconds(1'700'000'000)};
  bool stopping_ = false;
  std::optional<WallTime> stops_at_;
  std::unique_ptr<Source> source_;
  std::vector<ListedItem> items_;
};

}  // namespace fanfetch
