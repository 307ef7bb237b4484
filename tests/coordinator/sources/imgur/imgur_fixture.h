#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <limits>
#include <string>
#include <vector>

#include "coordinator/sources/imgur/imgur_source.h"
#include "tests/coordinator/sources/holds.h"
#include "tests/coordinator/sources/imgur/imgur_answers.h"

namespace fanfetch {

inline constexpr int kAllPages = std::numeric_limits<int>::max();

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
