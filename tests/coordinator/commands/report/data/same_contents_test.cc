#include "coordinator/commands/report/data/same_contents.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

Sha256Digest content(int number) { return sha256(std::to_string(number)); }

TEST(SameContents, FindsWhatIsThereMoreThanOnce) {
  const support::TempDir folder;
  SameContents contents(folder.path());
  contents.add(content(1), 100, 1);
  contents.add(content(2), 1000, 2);
  contents.add(content(3), 10, 3);
  for (int row = 4; row < 9; ++row) contents.add(content(1), 100, row);
  contents.add(content(2), 1000, 9);
  const auto found = contents.find(10);
  ASSERT_TRUE(found);
  EXPECT_EQ(6u, found->files);
  EXPECT_EQ(1500u, found->bytes);
  EXPECT_EQ(2u, found->contents);
  ASSERT_EQ(2u, found->biggest.size());
  EXPECT_EQ(2u, found->biggest[0].files);
  EXPECT_EQ(1000u, found->biggest[0].bytes);
  EXPECT_EQ((std::vector<std::int64_t>{2, 9}), found->biggest[0].rows);
  EXPECT_EQ(6u, found->biggest[1].files);
  EXPECT_EQ((std::vector<std::int64_t>{1, 4, 5}), found->biggest[1].rows);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SameContents, KeepsThoseThatSpareMost) {
  SameContents contents("/nowhere");
  for (int i = 0; i < 20; ++i) {
    contents.add(content(i), static_cast<std::uint64_t>(i), 2 * i + 1);
    contents.add(content(i), static_cast<std::uint64_t>(i), 2 * i + 2);
  }
  const auto found = contents.find(3);
  ASSERT_TRUE(found);
  EXPECT_EQ(20u, found->contents);
  ASSERT_EQ(3u, found->biggest.size());
  EXPECT_EQ(19u, found->biggest[0].bytes);
  EXPECT_EQ(18u, found->biggest[1].bytes);
  EXPECT_EQ(17u, found->biggest[2].bytes);
}

constexpr int kMany = 300'000;  // more than memory holds

TEST(SameContents, FindsThemAmongManyByATemporaryFileWithoutAName) {
  const support::TempDir folder;
  SameContents contents(folder.path());
  for (int row = 1; row <= kMany; ++row) contents.add(content(row / 3), 7, row);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  const auto found = contents.find(2);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(kMany - (kMany / 3 + 1), static_cast<int>(found->files));
  EXPECT_EQ(kMany / 3 - 1 + 1, static_cast<int>(found->contents));
  EXPECT_EQ(2u, found->biggest.size());
}

TEST(SameContents, SaysThatThereIsNoRoom) {
  SameContents contents("/nowhere");
  for (int row = 1; row <= kMany; ++row) contents.add(content(row), 7, row);
  const auto found = contents.find(2);
  ASSERT_FALSE(found);
  EXPECT_EQ("a temporary file in '/nowhere': No such file or directory", found.error().message);
}

}  // namespace
}  // namespace fanfetch
