#include "coordinator/commands/web/live_feed.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

TEST(LiveFeed, WhoComesAndGoesMakesItLookNoMoreOften) {
  const support::TempDir folder;
  const auto begun = std::chrono::steady_clock::now();
  LiveFeed feed({.output = folder.path(), .ledger = ""});
  std::set<std::shared_ptr<const std::string>> looks;
  for (int i = 0; i < 200; ++i) {
    const auto watcher = feed.watch();
    ASSERT_TRUE(watcher);
    looks.insert(watcher->next());
  }
  const auto took = std::chrono::steady_clock::now() - begun;
  EXPECT_LE(looks.size(), 1u + static_cast<std::size_t>(took / LiveFeed::kInterval));
  EXPECT_TRUE((*looks.begin())->starts_with(R"({"run":null)"));
}

TEST(LiveFeed, WhoStaysGetsTheNextNews) {
  const support::TempDir folder;
  LiveFeed feed({.output = folder.path(), .ledger = ""});
  const auto watcher = feed.watch();
  const auto first = watcher->next();
  EXPECT_NE(first, watcher->next());
}

}  // namespace
}  // namespace fanfetch
