#include "coordinator/pool/stderr_lines.h"

#include <gtest/gtest.h>

#include <vector>

namespace fanfetch {
namespace {

class StderrLinesTest : public ::testing::Test {
 protected:
  void add(std::string_view text) { lines_.add(text, say_); }
  void end() { lines_.end(say_); }

  std::vector<std::string> said_;
  StderrLines::Say say_ = [this](const std::string& line) { said_.push_back(line); };
  StderrLines lines_;
};

TEST_F(StderrLinesTest, ALineMayComeInPieces) {
  add("first\nsec");
  EXPECT_EQ(said_, (std::vector<std::string>{"first"}));
  add("ond\n\n\nthird\n");
  EXPECT_EQ(said_, (std::vector<std::string>{"first", "second", "third"})) << "no empty ones";
}

TEST_F(StderrLinesTest, LastWordsNeedNoLineEnd) {
  add("dying");
  EXPECT_TRUE(said_.empty());
  end();
  end();
  EXPECT_EQ(said_, (std::vector<std::string>{"dying"}));
}

TEST_F(StderrLinesTest, ALongLineIsCut) {
  for (int i = 0; i < 10; ++i) add(std::string(StderrLines::kMaxLine, 'x'));
  add("\nnext\n");
  ASSERT_EQ(said_.size(), 2u);
  EXPECT_EQ(said_[0].size(), StderrLines::kMaxLine);
  EXPECT_EQ(said_[1], "next");
}

TEST_F(StderrLinesTest, WhoNeverEndsIsCutOff) {
  for (int i = 0; i < 10'000; ++i) add("x\n");
  ASSERT_EQ(said_.size(), StderrLines::kMostLines + 1);
  EXPECT_EQ(said_.back(), "it writes ever more: the rest is not shown");
  end();
  add("its successor\n");
  EXPECT_EQ(said_.back(), "its successor");
}

}  // namespace
}  // namespace fanfetch
