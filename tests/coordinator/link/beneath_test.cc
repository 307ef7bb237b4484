#include "coordinator/link/beneath.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <functional>

#include "tests/support/temp_dir.h"
#include "tests/support/without_openat2.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

/// `out`, with links that lead out of it, and `outside`.
class BeneathTest : public ::testing::Test {
 protected:
  BeneathTest() {
    (void)temp_.write("outside/a", "secret");
    (void)temp_.write("out/a", "text");
    (void)temp_.write("out/x/y/a", "text");
    fs::create_directory_symlink("../outside", out_ / "link");
    fs::create_directory_symlink("x", out_ / "inner");
    fs::create_directory_symlink(temp_.path() / "outside", out_ / "x/link");
    fs::create_symlink("../outside/a", out_ / "to-file");
    root_.reset(::open(out_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  /// 0, or an errno value.
  [[nodiscard]] int open(const char* path, int flags = O_RDONLY) const {
    const UniqueFd file = open_beneath(root_.get(), path, flags);
    if (!file.valid()) return errno;
    EXPECT_NE(::fcntl(file.get(), F_GETFD) & FD_CLOEXEC, 0);
    return 0;
  }
  [[nodiscard]] int status(const char* path) {
    status_ = {};
    return status_beneath(root_.get(), path, status_);
  }
  /// With the kernel's call, and where it is missing.
  static void each_way(const std::function<void()>& check) {
    check();
    for (const int error : {ENOSYS, EPERM}) {
      SCOPED_TRACE(error);
      support::without_openat2(error, check);
    }
  }

  support::TempDir temp_;
  const fs::path out_ = temp_.path() / "out";
  UniqueFd root_;
  struct stat status_ {};
};

TEST_F(BeneathTest, OpensWhatLiesThere) {
  each_way([&] {
    EXPECT_EQ(open("a"), 0);
    EXPECT_EQ(open("x/y/a"), 0);
    EXPECT_EQ(open("x/y", O_PATH | O_DIRECTORY), 0);
    EXPECT_EQ(open(".", O_PATH | O_DIRECTORY), 0);
    EXPECT_EQ(open("x/missing"), ENOENT);
    EXPECT_EQ(open("missing/a"), ENOENT);
    EXPECT_EQ(open("a/b"), ENOTDIR);
    EXPECT_EQ(status("x/y/a"), 0);
    EXPECT_EQ(status_.st_size, 4);
    EXPECT_EQ(status("a"), 0);
    EXPECT_EQ(status("x/missing"), ENOENT);
  });
}

TEST_F(BeneathTest, FollowsNoLink) {
  each_way([&] {
    for (const char* path : {"link/a", "x/link/a", "inner/y/a", "inner/y"}) {
      const int opened = open(path);
      EXPECT_TRUE(opened == ELOOP || opened == ENOTDIR) << path << ": " << opened;
      const int found = status(path);
      EXPECT_TRUE(found == ELOOP || found == ENOTDIR) << path << ": " << found;
    }
    for (const char* path : {"link", "x/link"}) {
      const int opened = open(path, O_PATH | O_DIRECTORY);
      EXPECT_TRUE(opened == ELOOP || opened == ENOTDIR) << path << ": " << opened;
    }
    EXPECT_EQ(open("to-file"), ELOOP);
    for (const char* path : {"to-file", "x/link"}) {
      EXPECT_EQ(status(path), 0);
      EXPECT_TRUE(S_ISLNK(status_.st_mode)) << "itself";
    }
  });
}

TEST_F(BeneathTest, DoesNotLeaveTheFolder) {
  each_way([&] {
    const std::string absolute = temp_.path() / "outside/a";
    for (const char* path : {"../outside/a", "x/../../outside/a", "..", absolute.c_str()}) {
      EXPECT_NE(open(path), 0) << path;
      EXPECT_NE(status(path), 0) << path;
    }
  });
}

}  // namespace
}  // namespace fanfetch
