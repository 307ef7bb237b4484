#include "coordinator/ledger/placer.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/unique_fd.h"
#include "tests/support/as_nobody.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;
using Reach = Placer::PlaceError::Reach;

class PlacerTest : public ::testing::Test {
 protected:
  PlacerTest() {
    fs::create_directories(root_ / "out");
    fs::create_directories(root_ / "part");
    output_.reset(::open((root_ / "out").c_str(), O_RDONLY | O_DIRECTORY));
    parts_.reset(::open((root_ / "part").c_str(), O_RDONLY | O_DIRECTORY));
  }

  void write(const fs::path& path, const std::string& text) const {
    std::ofstream(root_ / path) << text;
  }
  [[nodiscard]] std::string read(const fs::path& path) const {
    std::stringstream text;
    text << std::ifstream(root_ / path).rdbuf();
    return text.str();
  }
  [[nodiscard]] auto place(const std::string& name) const {
    return Placer(output_.get(), parts_.get())
        .place("p", name,
               [](const std::string& taken, unsigned n) { return fmt::format("{}-{}", taken, n); });
  }

  support::TempDir temp_;
  const fs::path root_ = temp_.path();
  UniqueFd output_;
  UniqueFd parts_;
};

TEST_F(PlacerTest, MovesAPartToItsName) {
  write("part/p", "body");
  EXPECT_EQ(place("a.jpg").value(), "a.jpg");
  EXPECT_EQ(read("out/a.jpg"), "body");
  EXPECT_FALSE(fs::exists(root_ / "part/p"));
}

TEST_F(PlacerTest, MakesTheFoldersOnItsWay) {
  write("part/p", "body");
  EXPECT_EQ(place("x/y/z/a.jpg").value(), "x/y/z/a.jpg");
  EXPECT_EQ(read("out/x/y/z/a.jpg"), "body");
  write("part/p", "second");
  EXPECT_EQ(place("x/y/b.jpg").value(), "x/y/b.jpg");
}

TEST_F(PlacerTest, NeverReplacesAFile) {
  write("out/a.jpg", "precious");
  write("out/a.jpg-1", "precious too");
  write("part/p", "body");
  EXPECT_EQ(place("a.jpg").value(), "a.jpg-2");
  EXPECT_EQ(read("out/a.jpg"), "precious");
  EXPECT_EQ(read("out/a.jpg-1"), "precious too");
  EXPECT_EQ(read("out/a.jpg-2"), "body");
}

TEST_F(PlacerTest, NeverFollowsALinkAtTheName) {
  fs::create_symlink("elsewhere", root_ / "out/a.jpg");
  write("part/p", "body");
  EXPECT_EQ(place("a.jpg").value(), "a.jpg-1");
  EXPECT_FALSE(fs::exists(root_ / "out/elsewhere"));
}

TEST_F(PlacerTest, NeverFollowsALinkOnTheWay) {
  fs::create_directories(root_ / "outside");
  fs::create_symlink(root_ / "outside", root_ / "out/x");
  for (const char* name : {"x/a.jpg", "x/y/a.jpg"}) {
    write("part/p", "body");
    const auto placed = place(name);
    ASSERT_TRUE(placed) << name;
    EXPECT_EQ(placed->find('/'), std::string::npos) << "without its folders: " << *placed;
    EXPECT_EQ(read("out/" + *placed), "body");
    EXPECT_TRUE(fs::is_empty(root_ / "outside"));
  }
}

TEST_F(PlacerTest, NeverFollowsALinkOnTheWayThoughItStaysInside) {
  fs::create_directories(root_ / "out/y");
  fs::create_directory_symlink("y", root_ / "out/x");
  write("part/p", "body");
  EXPECT_EQ(place("x/a.jpg").value(), "x_a.jpg-1");
  EXPECT_TRUE(fs::is_empty(root_ / "out/y"));
}

TEST_F(PlacerTest, NeverLeavesTheFolder) {
  for (const char* name : {"../a.jpg", "x/../../a.jpg"}) {
    write("part/p", "body");
    EXPECT_FALSE(place(name)) << name;
    EXPECT_FALSE(fs::exists(root_ / "a.jpg"));
  }
}

/// Of the links /x and /x/a.jpg one has to give way.
TEST_F(PlacerTest, AFileInAFoldersPlaceCostsTheNameItsFolders) {
  write("out/x", "a file");
  write("part/p", "body");
  EXPECT_EQ(place("x/a.jpg").value(), "x_a.jpg-1");
  EXPECT_EQ(read("out/x"), "a file");
  write("part/p", "more");
  EXPECT_EQ(place("x/a.jpg").value(), "x_a.jpg-2");
}

TEST_F(PlacerTest, APartThatCannotBePlacedGoes) {
  write("part/p", "body");
  const auto placed = place(std::string(300, 'x'));
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().reach, Reach::this_link);
  EXPECT_FALSE(fs::exists(root_ / "part/p"));
}

TEST_F(PlacerTest, AMissingPartConcernsThisLinkOnly) {
  const auto placed = place("a.jpg");
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().reach, Reach::this_link);
}

TEST_F(PlacerTest, AFolderThatMayNotBeWrittenConcernsTheWholeOutput) {
  write("part/p", "body");
  const AsNobody nobody({root_, root_ / "part"}, root_ / "out");
  const auto placed = place("a.jpg");
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().reach, Reach::output);
}

}  // namespace
}  // namespace fanfetch
