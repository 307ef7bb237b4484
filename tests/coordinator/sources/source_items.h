#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordinator/sources/entry/source.h"

namespace fanfetch {

/// All that a source yields, and what ended it.
struct SourceItems {
  std::vector<ListedItem> items;
  std::string error;  ///< Empty: the list was read to its end.

  [[nodiscard]] std::vector<std::string> urls() const {
    std::vector<std::string> all;
    for (const auto& item : items) all.push_back(item.url.value_or("NONE"));
    return all;
  }
  [[nodiscard]] std::vector<std::string> problems() const {
    std::vector<std::string> all;
    for (const auto& item : items) {
      if (!item.problem.empty()) all.push_back(item.problem);
    }
    return all;
  }
};

[[nodiscard]] inline SourceItems all_items(Source& source) {
  SourceItems all;
  for (;;) {
    auto item = source.next();
    if (!item) {
      all.error = item.error().message;
      return all;
    }
    if (!*item) return all;
    all.items.push_back(std::move(**item));
  }
}

}  // namespace fanfetch
