#include "coordinator/process/file_hash.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "common/unique_fd.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

class FileHashTest : public ::testing::Test {
 protected:
  [[nodiscard]] static UniqueFd open(const std::string& path) {
    return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
  support::TempDir temp_;
};

TEST_F(FileHashTest, OfAllThatIsInTheFile) {
  const std::string large(600'000, 'x');
  for (const std::string& text : {std::string(), std::string("body"), large}) {
    const UniqueFd file = open(temp_.write("file", text));
    std::uint64_t told = 0;
    EXPECT_EQ(hash_of_file(file.get(), [&](std::uint64_t bytes) { told += bytes; }).value(),
              sha256(text));
    EXPECT_EQ(told, text.size());
  }
  EXPECT_EQ(hash_of_file(open(temp_.at("file")).get()).value(), sha256(large));
}

TEST_F(FileHashTest, SaysWhyItCannotBeRead) {
  EXPECT_EQ(hash_of_file(open(temp_.path()).get()).error(), EISDIR);
}

}  // namespace
}  // namespace fanfetch
