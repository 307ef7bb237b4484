#include "coordinator/commands/web/token.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

TEST(Token, IsOfTheKernelsAndNeverTheSame) {
  const std::string token = random_token();
  EXPECT_EQ(48u, token.size());
  EXPECT_EQ(std::string::npos, token.find_first_not_of("0123456789abcdef"));
  EXPECT_NE(token, random_token());
}

TEST(Token, AFileIsItsOwnersAlone) {
  const support::TempDir folder;
  const std::string path = folder.write("token", "  0123456789abcdef-._~\r\nmore\n");
  for (const mode_t mode : {0644u, 0640u, 0620u, 0604u, 0610u}) {
    ASSERT_EQ(0, ::chmod(path.c_str(), mode));
    const auto refused = read_token_file(path);
    ASSERT_FALSE(refused) << mode;
    EXPECT_NE(std::string::npos, refused.error().message.find("chmod 600"));
  }
  for (const mode_t mode : {0600u, 0400u}) {
    ASSERT_EQ(0, ::chmod(path.c_str(), mode));
    const auto token = read_token_file(path);
    ASSERT_TRUE(token) << token.error().message;
    EXPECT_EQ("0123456789abcdef-._~", *token);
  }
}

TEST(Token, WhatIsNone) {
  const support::TempDir folder;
  for (const std::string& text :
       {std::string(), std::string("\n0123456789abcdef"), std::string("0123456789abcde"),
        std::string("0123456789 abcdef"), std::string("0123456789abcde&"), std::string(257, 'a'),
        std::string(5000, 'a')}) {
    const std::string path = folder.write("token", text);
    ASSERT_EQ(0, ::chmod(path.c_str(), 0600));
    EXPECT_FALSE(read_token_file(path)) << text.substr(0, 50);
  }
  EXPECT_FALSE(read_token_file(folder.at("absent")));
  EXPECT_FALSE(read_token_file(folder.path()));
  ASSERT_EQ(0, ::mkfifo(folder.at("fifo").c_str(), 0600));
  EXPECT_FALSE(read_token_file(folder.at("fifo"))) << "and is not waited for";
  EXPECT_TRUE(read_token_file(folder.write("x", "")).error().message.find("others") !=
              std::string::npos);
}

}  // namespace
}  // namespace fanfetch
