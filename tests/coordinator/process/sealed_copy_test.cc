#include "coordinator/process/sealed_copy.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "common/sealed_bytes.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

constexpr std::size_t kMost = 100'000;

class SealedCopyTest : public testing::Test {
 protected:
  static std::string text_of(const Result<UniqueFd>& copy) {
    if (!copy) return copy.error().message;
    const auto bytes = SealedBytes::map(copy->get());
    return bytes ? std::string(bytes->view()) : bytes.error().message;
  }
  const support::TempDir folder_;
};

TEST_F(SealedCopyTest, HoldsWhatTheFileHeld) {
  for (const std::size_t size : {0, 1, 16 * 1024, 16 * 1024 + 1, 100'000}) {
    const std::string text(size, 'x');
    const std::string path = folder_.write("a.pem", text);
    const auto copy = sealed_copy(path, kMost);
    folder_.write("a.pem", "another");
    EXPECT_EQ(text, text_of(copy)) << size;
  }
}

TEST_F(SealedCopyTest, CannotBeChanged) {
  const auto copy = sealed_copy(folder_.write("a.pem", "text"), kMost);
  ASSERT_TRUE(copy);
  EXPECT_EQ(-1, ::pwrite(copy->get(), "x", 1, 0));
  EXPECT_EQ(-1, ::ftruncate(copy->get(), 0));
  EXPECT_EQ(-1, ::ftruncate(copy->get(), 100));
}

TEST_F(SealedCopyTest, WaitsForAPipe) {
  const std::string path = folder_.at("pipe");
  ASSERT_EQ(0, ::mkfifo(path.c_str(), 0600));
  std::thread writer([&] { std::ofstream(path) << std::string(70'000, 'x'); });
  EXPECT_EQ(std::string(70'000, 'x'), text_of(sealed_copy(path, kMost)));
  writer.join();
}

TEST_F(SealedCopyTest, SaysWhatItCannotRead) {
  EXPECT_EQ("cannot read " + folder_.at("none") + ": No such file or directory",
            text_of(sealed_copy(folder_.at("none"), kMost)));
  EXPECT_EQ("cannot read " + folder_.path().string() + ": Is a directory",
            text_of(sealed_copy(folder_.path(), kMost)));
  EXPECT_EQ("/dev/zero holds more than 100000 bytes: it is no such file",
            text_of(sealed_copy("/dev/zero", kMost)));
}

}  // namespace
}  // namespace fanfetch
