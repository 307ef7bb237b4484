#include "coordinator/commands/folder/line_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace fanfetch {
namespace {

constexpr std::string_view kHostile = "a\x1b[2J,\xe2\x80\xae\n";
constexpr std::string_view kClean = "a\\x1b[2J,\\u202e\n";

std::string content(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// A terminal whose other end we hold.
class Terminal {
 public:
  Terminal() : ours_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    char name[64];
    if (::grantpt(ours_.get()) == 0 && ::unlockpt(ours_.get()) == 0 &&
        ::ptsname_r(ours_.get(), name, sizeof name) == 0) {
      path_ = name;
    }
    theirs_.reset(::open(path_.c_str(), O_RDWR | O_NOCTTY));
    termios settings{};
    ::tcgetattr(theirs_.get(), &settings);
    ::cfmakeraw(&settings);  // else it makes CR and LF of each LF
    ::tcsetattr(theirs_.get(), TCSANOW, &settings);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string shown() const {
    char text[1000];
    const ssize_t size = ::read(ours_.get(), text, sizeof text);
    return {text, size > 0 ? static_cast<std::size_t>(size) : 0};
  }

 private:
  UniqueFd ours_, theirs_;
  std::string path_;
};

TEST(LineOutput, OfAFileTextIsPrintableAndDataIsAsItWas) {
  const std::string path = testing::TempDir() + "line_output.txt";
  auto output = LineOutput::open(path);
  ASSERT_TRUE(output);
  output->add_text(kHostile);
  output->add_data(kHostile);
  ASSERT_TRUE(output->finish());
  EXPECT_EQ(content(path), std::string(kClean) + std::string(kHostile));
  ::unlink(path.c_str());
}

TEST(LineOutput, NeitherSteersATerminal) {
  const Terminal terminal;
  auto output = LineOutput::open(terminal.path());
  ASSERT_TRUE(output);
  output->add_text(kHostile);
  output->add_data(kHostile);
  ASSERT_TRUE(output->finish());
  EXPECT_EQ(terminal.shown(), std::string(kClean) + std::string(kClean));
}

}  // namespace
}  // namespace fanfetch
