// --slice: one list, several runs that know nothing of each other.

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "tests/system/command_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

class SliceTest : public CommandTest {
 protected:
  /// A run of that slice into the folder `part-N`, of the list that list() has written.
  [[nodiscard]] Launch slice_setup(const std::string& slice, std::vector<std::string> more = {}) {
    const std::string part = "part-" + slice.substr(0, slice.find('/'));
    std::vector<std::string> args = {
        "--no-config", "--allow-private", "--slice", slice, "--slice-by", "link", "-o",
        part,          "urls.txt"};
    args.insert(args.end(), more.begin(), more.end());
    return command_setup(std::move(args));
  }
  /// `count` links, all of which would be called photo.jpg.
  void list(int count) {
    std::string text;
    for (int n = 0; n < count; ++n) {
      const std::string path = fmt::format("/{}/photo.jpg", n);
      origin_.serve(path, ok(noise(500 + n)));
      text += origin_.url(path) + "\n";
    }
    (void)folder_.write("urls.txt", text + "this is no link\n");
  }
  [[nodiscard]] std::set<std::string> files(const std::string& part) const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.at(part))) {
      if (entry.is_regular_file()) names.insert(entry.path().filename());
    }
    return names;
  }
};

TEST_F(SliceTest, TogetherTheyFetchEachLinkOnceIntoFoldersThatMerge) {
  list(40);
  std::set<std::string> merged;
  std::size_t files_in_all = 0, failed = 0;
  for (int number = 1; number <= 3; ++number) {
    const Finished one = run(slice_setup(fmt::format("{}/3", number)));
    EXPECT_TRUE(has(one.err, fmt::format("slice {}/3 by link: ", number))) << one.describe();
    EXPECT_TRUE(has(one.err, "of the list's 41 entries")) << one.describe();
    failed += one.exit_status == 1 ? 1 : 0;
    const auto names = files(fmt::format("part-{}", number));
    EXPECT_FALSE(names.empty());
    files_in_all += names.size();
    merged.insert(names.begin(), names.end());
  }
  EXPECT_EQ(40u, files_in_all);
  EXPECT_EQ(40u, merged.size()) << "no two folders have a file of the same name";
  EXPECT_EQ(1u, failed) << "the line without a link is one slice's";
  for (int n = 0; n < 40; ++n) EXPECT_EQ(1u, origin_.count(fmt::format("/{}/photo.jpg", n))) << n;
}

TEST_F(SliceTest, StatusSaysWhichAreMissing) {
  list(4);
  for (const char* slice : {"1/4", "3/4"}) (void)run(slice_setup(slice));
  const Finished both = command({"status", "part-1", "part-3"});
  EXPECT_TRUE(has(both.out, "  slice 3/4 by link\n")) << both.describe();
  EXPECT_EQ("of 4 slices by link are here: 1, 3; missing: 2, 4", last_line(both.out));
  const Finished json = command({"status", "--json", "part-3"});
  EXPECT_TRUE(has(json.out, R"("slice":{"number":3,"of":4,"by":"link"})")) << json.describe();
}

TEST_F(SliceTest, AFolderIsOneSlices) {
  list(4);
  (void)run(slice_setup("1/4"));
  const auto files_before = files("part-1");
  for (std::vector<std::string> other :
       {std::vector<std::string>{"--slice", "2/4", "--slice-by", "link"}, {"--slice", "1/4"}, {}}) {
    other.insert(other.end(), {"--no-config", "--allow-private", "-o", "part-1", "urls.txt"});
    const Finished refused = command(other);
    EXPECT_EQ(2, refused.exit_status) << refused.describe();
    EXPECT_TRUE(has(refused.err, "'part-1' was begun with --slice 1/4 by link")) << refused.err;
    EXPECT_TRUE(has(refused.err, "each slice has a folder of its own, -o DIR")) << refused.err;
  }
  EXPECT_EQ(2, run(slice_setup("1/3", {"--dry-run"})).exit_status);
  EXPECT_EQ(files_before, files("part-1"));
  const Finished again = run(slice_setup("1/4"));
  EXPECT_TRUE(has(last_line(again.err), fmt::format(" {} kept", files_before.size()))) << again.err;
}

TEST_F(SliceTest, AWrongNumberSaysHowOthersCount) {
  const Finished zero = command({"--slice", "0/8", "-o", "part", "urls.txt"});
  EXPECT_EQ(2, zero.exit_status);
  EXPECT_TRUE(has(zero.err,
                  "slices are counted from 1: $((JOB_COMPLETION_INDEX + 1))/8; "
                  "sbatch --array=1-8"))
      << zero.err;
  EXPECT_FALSE(fs::exists(folder_.at("part")));
}

TEST_F(SliceTest, ADryRunNamesFilesAsTheRunDoes) {
  list(6);
  const Finished dry = run(slice_setup("1/2", {"--dry-run"}));
  std::set<std::string> names;
  for (const std::string& line : lines_of(dry.out)) names.insert(line.substr(line.find('\t') + 1));
  (void)run(slice_setup("1/2"));
  EXPECT_EQ(files("part-1"), names) << dry.describe();
}

TEST_F(SliceTest, UniqueNamesOfTheTemplateStayAsTheyAre) {
  list(4);
  (void)run(slice_setup("1/1", {"--name", "{index:04}.jpg"}));
  EXPECT_EQ((std::set<std::string>{"0001.jpg", "0002.jpg", "0003.jpg", "0004.jpg"}),
            files("part-1"));
}

TEST_F(SliceTest, AnotherRunInTheFolderIsProbablyAnotherSlice) {
  list(1);
  origin_.serve("/0/photo.jpg", Reply{.silent = true});
  FanfetchProcess first(slice_setup("1/1"));
  ASSERT_TRUE(origin_.wait_for_count("/0/photo.jpg", 1));
  const Finished second = run(slice_setup("1/1"));
  EXPECT_EQ(5, second.exit_status) << second.describe();
  EXPECT_TRUE(has(second.err, "each slice has a folder of its own")) << second.err;
  first.signal(SIGKILL);
  (void)finish(first);
}

}  // namespace
}  // namespace fanfetch::system
