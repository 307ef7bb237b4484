#include "coordinator/settle/written_files.h"

#include <gtest/gtest.h>
#include <sys/xattr.h>

#include <filesystem>

#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;
using Kind = WrittenFile::Kind;

class WrittenFilesTest : public ::testing::Test {
 protected:
  WrittenFilesTest() {
    for (const char* name : {"images", "other"})
      fs::create_directories(temp_.path() / name / ".fanfetch");
  }
  /// Writes a file that has no mark of its own, as on a file system without such.
  std::string write(const std::string& name, const std::string& text = "text") {
    return temp_.write(name, text);
  }
  void note(Kind kind, const std::string& path) {
    note_written(kind, path, {images_});
    (void)::removexattr(path.c_str(), "user.fanfetch.export");
  }
  [[nodiscard]] static std::vector<std::string> paths_in(const std::string& folder) {
    std::vector<std::string> paths;
    for (const WrittenFile& file : written_files(folder)) paths.push_back(file.path);
    return paths;
  }

  support::TempDir temp_;
  const std::string images_ = temp_.at("images");
  using Paths = std::vector<std::string>;
};

TEST_F(WrittenFilesTest, AreNotedInTheirFolderAndInTheOneTheyTellOf) {
  const std::string beside = write("a.csv"), inside = write("images/x%0A\n y.jsonl"),
                    in_other = write("other/logs/run.jsonl");
  note(Kind::exported, beside);
  note(Kind::exported, inside);
  note(Kind::results, in_other);
  note(Kind::results, in_other);
  EXPECT_EQ(paths_in(images_), (Paths{beside, inside, in_other})) << "each once";
  EXPECT_EQ(paths_in(temp_.at("other")), Paths{in_other});
  EXPECT_EQ(written_files(images_)[2].kind, Kind::results);
  fs::rename(images_, temp_.at("moved"));
  EXPECT_EQ(paths_in(temp_.at("moved"))[1], temp_.at("moved/x%0A\n y.jsonl"));
}

TEST_F(WrittenFilesTest, AnExportIsKnownUntilItIsChanged) {
  const std::string file = write("a.csv");
  EXPECT_FALSE(is_untouched_export(file, {images_}));
  note(Kind::exported, file);
  EXPECT_TRUE(is_untouched_export(file, {images_}));
  EXPECT_FALSE(is_untouched_export(file, {temp_.at("other")})) << "nobody noted it there";
  write("a.csv", "longer text");
  EXPECT_FALSE(is_untouched_export(file, {images_}));
}

TEST_F(WrittenFilesTest, AMarkTellsOfAnExportOfAnyFolder) {
  const std::string file = write("a.csv");
  note_written(Kind::exported, file, {images_});
  if (::getxattr(file.c_str(), "user.fanfetch.export", nullptr, 0) < 0) {
    GTEST_SKIP() << "this file system has no extended attributes";
  }
  EXPECT_TRUE(is_untouched_export(file, {temp_.at("other")}));
  write("a.csv", "longer text");
  EXPECT_FALSE(is_untouched_export(file, {temp_.at("other")})) << "the mark is of another content";
}

TEST_F(WrittenFilesTest, ResultsAreNoExport) {
  const std::string file = write("a.jsonl");
  note(Kind::results, file);
  EXPECT_FALSE(is_untouched_export(file, {images_}));
}

TEST_F(WrittenFilesTest, WhatIsNoNoteIsPassedOver) {
  (void)temp_.write("images/.fanfetch/written",
                    "nonsense\nexport\nexport x y z\nresults 0 0 r.jsonl\nexport 1 2\n");
  EXPECT_EQ(paths_in(images_), Paths{images_ + "/r.jsonl"});
}

TEST_F(WrittenFilesTest, AFolderWithoutARoomForNotesIsLeftAlone) {
  const std::string file = write("a.csv");
  note_written(Kind::exported, file, {temp_.at("none"), temp_.path().string()});
  EXPECT_FALSE(fs::exists(temp_.at("none")));
  note_written(Kind::results, "/dev/null", {images_});
  EXPECT_EQ(paths_in(images_), Paths{}) << "a device is no file";
}

}  // namespace
}  // namespace fanfetch
