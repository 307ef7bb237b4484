#include "coordinator/fleet/unrecorded_results.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

UnrecordedResults::Result unrecorded(const std::string& id, const std::string& link) {
  return {.id = id, .partition = 7, .link = link, .fields = "of " + link};
}

std::vector<std::string> links_of(std::vector<UnrecordedResults::Result> results) {
  std::vector<std::string> links;
  for (const auto& result : results) {
    EXPECT_EQ(result.partition, 7u);
    EXPECT_EQ(result.fields, "of " + result.link);
    links.push_back(result.link);
  }
  return links;
}

TEST(UnrecordedResultsTest, WhatTheDriverHasRecordedIsForgotten) {
  const struct {
    std::string first;
    std::vector<std::string> left;
  } rows[] = {
      {"", {}},
      {"1-0", {"a", "b", "c", "d"}},
      {"9-3", {"a", "b", "c", "d"}},
      {"9-4", {"b", "c", "d"}},
      {"9-20", {"c", "d"}},  // numbers, and no text
      {"10-0", {"d"}},
      {"10-1", {}},
      {"0-0", {"a", "b", "c", "d"}},  // it cannot be told
  };
  for (const auto& [first, left] : rows) {
    UnrecordedResults results;
    results.add(unrecorded("9-3", "a"));
    results.add(unrecorded("9-4", "b"));
    results.add(unrecorded("9-20", "c"));
    results.add(unrecorded("10-0", "d"));
    results.on_first(first);
    auto all = results.take_all();
    if (!all.empty()) {
      EXPECT_EQ(all.back().id, "10-0");
    }
    EXPECT_EQ(links_of(std::move(all)), left) << first;
    EXPECT_TRUE(results.take_all().empty());
  }
}

/// They were still there when they were put again, while others came.
TEST(UnrecordedResultsTest, AnOlderOneWaitsForThoseThatWereAddedBefore) {
  UnrecordedResults results;
  results.add(unrecorded("9-0", "a"));
  results.add(unrecorded("5-0", "b"));
  results.on_first("7-0");
  EXPECT_EQ(links_of(results.take_all()), (std::vector<std::string>{"a", "b"}));
  results.add(unrecorded("9-0", "a"));
  results.add(unrecorded("5-0", "b"));
  results.on_first("9-1");
  EXPECT_TRUE(results.take_all().empty());
}

TEST(UnrecordedResultsTest, TheOldestGiveWay) {
  const std::size_t of_one = sizeof(UnrecordedResults::Result) + 3 + 1 + 4;
  UnrecordedResults results(2 * of_one);
  for (int turn = 0; turn < 2; ++turn) {
    results.add(unrecorded("1-0", "a"));
    results.add(unrecorded("1-1", "b"));
    results.add(unrecorded("1-2", "c"));
    EXPECT_EQ(links_of(results.take_all()), (std::vector<std::string>{"b", "c"}));
    results.add(unrecorded("1-3", "d"));
    results.on_first("");
  }
  results.add(unrecorded("1-4", std::string(3 * of_one, 'e')));
  EXPECT_TRUE(results.take_all().empty()) << "it is too long";
}

TEST(UnrecordedResultsTest, FilesAloneMayBeAskedFor) {
  UnrecordedResults results;
  for (const char* id : {"1-0", "1-1", "1-2", "1-3"}) {
    auto result = unrecorded(id, id);
    result.has_file = result.id == "1-1" || result.id == "1-3";
    results.add(std::move(result));
  }
  EXPECT_EQ(links_of(results.take_files()), (std::vector<std::string>{"1-1", "1-3"}));
  EXPECT_EQ(links_of(results.take_all()), (std::vector<std::string>{"1-0", "1-2"}));
}

}  // namespace
}  // namespace fanfetch
