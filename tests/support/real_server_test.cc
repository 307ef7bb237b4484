#include "tests/support/real_server.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/support/processes.h"
#include "tests/support/temp_dir.h"

namespace fanfetch::support {
namespace {

using enum Software;

class RealServerTest : public ::testing::TestWithParam<Software> {};

TEST_P(RealServerTest, EndsWithItsChildren) {
  RealServer server(GetParam());
  EXPECT_TRUE(server.connect().valid());
  const auto children = children_of(::getpid());
  ASSERT_EQ(1u, children.size());
  EXPECT_TRUE(server.stop());
  EXPECT_TRUE(children_of(::getpid()).empty());
  EXPECT_TRUE(processes_of_session(children[0]).empty());
  EXPECT_FALSE(server.connect().valid());
}

INSTANTIATE_TEST_SUITE_P(Of, RealServerTest,
                         ::testing::Values(nginx, apache, lighttpd, caddy, h2o, python, squid),
                         [](const auto& test) { return name(test.param); });

TEST(RealServerFailure, HoldsWhatTheServerSaid) {
  const TempDir folder;
  const std::string file = folder.write("no.pem", "no certificate");
  try {
    const RealServer server(nginx, {.certificate = file, .key = file});
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("cannot load certificate"), std::string::npos)
        << error.what();
  }
  EXPECT_TRUE(children_of(::getpid()).empty());
}

}  // namespace
}  // namespace fanfetch::support
