// Links that somebody else has put into the output folder, also in mid-run, lead nowhere.

#include <fmt/format.h>

#include <filesystem>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

class PlantedTest : public SystemTest {
 protected:
  PlantedTest() {
    fs::create_directories(outside_);
    fs::create_directories(output());
  }
  void plant(const std::string& name) const {
    fs::create_directory_symlink(outside_, fs::path(output()) / name);
  }
  [[nodiscard]] Launch by_path(const std::vector<std::string>& links,
                               std::vector<std::string> args = {}) {
    args.emplace_back("--name={path}");
    return list_setup(links, std::move(args));
  }

  const fs::path outside_ = folder_.at("outside");
};

TEST_F(PlantedTest, AFolderThatIsALinkIsPassedBy) {
  origin_.serve("/x/a.bin", ok("body"));
  origin_.serve("/x/new/b.bin", ok("body"));
  plant("x");
  const Finished finished = run(by_path({"/x/a.bin", "/x/new/b.bin"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(fs::is_empty(outside_));
  ASSERT_EQ(2u, records().size());
  EXPECT_TRUE(has(records()[0].file_name.value_or(""), "x_a-")) << "beside the link";
  EXPECT_TRUE(has(records()[1].file_name.value_or(""), "x_new_b-"));
  const Finished again = run(by_path({"/x/a.bin", "/x/new/b.bin"}));
  EXPECT_TRUE(has(again.err, "0 saved, 2 kept")) << again.describe();
}

TEST_F(PlantedTest, AlsoInMidRun) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/x/a.bin", ok("one"));
  origin_.serve("/x/b.bin", Reply{.body = "two", .gate = gate});
  origin_.serve("/y.bin", Reply{.body = "three", .gate = gate});
  FanfetchProcess process(by_path({"/x/a.bin", "/x/b.bin", "/y.bin"}));
  ASSERT_TRUE(eventually([&] { return saved_files().contains("x/a.bin"); }, kPatience));
  ASSERT_TRUE(origin_.wait_for_at_once(2));
  fs::rename(fs::path(output()) / "x", folder_.at("moved"));
  plant("x");
  fs::create_symlink(outside_ / "y", fs::path(output()) / "y.bin");
  gate->open();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(fs::is_empty(outside_));
  ASSERT_EQ(3u, records().size());
  EXPECT_TRUE(has(records()[1].file_name.value_or(""), "x_b-"));
  EXPECT_TRUE(has(records()[2].file_name.value_or(""), "y-")) << "the link has that name";
}

/// What lies behind a link is none of a run's files.
TEST_F(PlantedTest, NothingBehindALinkIsAdoptedKeptOrVerified) {
  origin_.serve("/x/a.bin", ok("body"));
  (void)folder_.write("outside/a.bin", "secret");
  plant("x");
  EXPECT_EQ(0, run(by_path({"/x/a.bin"}, {"--adopt"})).exit_status);
  EXPECT_TRUE(has(records()[0].file_name.value_or(""), "x_a-"));
  EXPECT_EQ("secret", read_file(outside_ / "a.bin"));

  fs::remove_all(output());
  EXPECT_EQ(0, run(by_path({"/x/a.bin"})).exit_status);
  const fs::path folder = fs::path(output()) / "x";
  fs::remove(outside_ / "a.bin");
  fs::rename(folder / "a.bin", outside_ / "a.bin");  // the very file, behind a link
  fs::remove(folder);
  plant("x");
  const Finished verified = run({.args = {"verify", output()}});
  EXPECT_EQ(1, verified.exit_status) << verified.describe();
  EXPECT_TRUE(has(verified.out, "x/a.bin")) << verified.describe();
  const Finished again = run(by_path({"/x/a.bin"}));
  EXPECT_TRUE(has(again.err, "1 saved, 0 kept")) << again.describe();
}

}  // namespace
}  // namespace fanfetch::system
