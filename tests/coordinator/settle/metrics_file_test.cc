#include "coordinator/settle/metrics_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;
using support::read_file;

class MetricsFileTest : public ::testing::Test {
 protected:
  support::TempDir temp_;
  const std::string path_ = temp_.at("m.prom");
  const MetricsFile file_{path_};
};

TEST_F(MetricsFileTest, IsReplacedAsAWhole) {
  ASSERT_TRUE(file_.write("one\n"));
  const fs::path kept = temp_.at("kept");
  fs::create_hard_link(path_, kept);
  ASSERT_TRUE(file_.write("two\n"));
  EXPECT_EQ(read_file(path_), "two\n");
  EXPECT_EQ(read_file(kept), "one\n") << "who reads the old one reads it to its end";
  EXPECT_FALSE(fs::exists(MetricsFile::temporary_path(path_)));
}

TEST_F(MetricsFileTest, OthersMayReadItWhateverTheMask) {
  const mode_t mask = ::umask(0077);
  EXPECT_TRUE(file_.write("one\n"));
  ::umask(mask);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0644u);
}

TEST_F(MetricsFileTest, WhatAKilledRunLeftIsRemoved) {
  (void)temp_.write(".m.prom.fanfetch-new", "half of");
  EXPECT_TRUE(file_.write("one\n"));
  EXPECT_FALSE(fs::exists(temp_.at(".m.prom.fanfetch-new")));
}

TEST_F(MetricsFileTest, AFolderThatComesBackIsFound) {
  const std::string path = temp_.at("there/m.prom");
  const MetricsFile file(path);
  const auto lost = file.write("one\n");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().message,
            "cannot write the metrics '" + path + "': No such file or directory");
  fs::create_directory(temp_.at("there"));
  EXPECT_TRUE(file.write("one\n"));
}

TEST_F(MetricsFileTest, ItsOldContentStaysWhereItCannotBeWritten) {
  ASSERT_TRUE(file_.write("one\n"));
  fs::create_directory(temp_.at(".m.prom.fanfetch-new"));  // unlink() does not remove it
  EXPECT_FALSE(file_.write("two\n"));
  EXPECT_EQ(read_file(path_), "one\n");
}

TEST_F(MetricsFileTest, NamesItsTemporaryFile) {
  EXPECT_EQ(MetricsFile::temporary_path("m.prom"), ".m.prom.fanfetch-new");
  EXPECT_EQ(MetricsFile::temporary_path("a/b/m.prom"), "a/b/.m.prom.fanfetch-new");
}

}  // namespace
}  // namespace fanfetch
