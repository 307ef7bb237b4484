#include "coordinator/net/hosts_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using Addresses = std::vector<std::string>;

TEST(ParseHosts, NamesInAnyCaseWithAllTheirAddresses) {
  const HostsTable table = parse_hosts(
      "# comment\n"
      "127.0.0.1\tlocalhost  Box.Example. # box\r\n"
      "\n"
      "::1 localhost\n"
      "  10.0.0.1 other\n"
      "127.0.0.1 localhost\n"
      "10.0.0.2 last");
  EXPECT_EQ(table.size(), 4u);
  EXPECT_EQ(table.at("localhost"), (Addresses{"127.0.0.1", "::1"}));
  EXPECT_EQ(table.at("box.example"), Addresses{"127.0.0.1"});
  EXPECT_EQ(table.at("other"), Addresses{"10.0.0.1"});
  EXPECT_EQ(table.at("last"), Addresses{"10.0.0.2"});
}

TEST(ParseHosts, WhatIsNoLineOfItDoesNotCount) {
  EXPECT_TRUE(parse_hosts("nonsense host\nfe80::1%lo0 zone\n10.0.0.1\n#10.0.0.2 commented\n\n\n"
                          "10.0.0 short\n")
                  .empty());
  EXPECT_EQ(parse_hosts(std::string("10.0.0.1 a\0b\n10.0.0.2 c", 23)).at("c").size(), 1u);
}

TEST(HostsFile, IsReadAgainWhenItHasChanged) {
  support::TempDir folder;
  const std::string path = folder.write("hosts", "10.0.0.1 a\n");
  HostsFile hosts(path);
  Instant now{};
  ASSERT_NE(hosts.find("a", now), nullptr);
  EXPECT_EQ(*hosts.find("a", now), Addresses{"10.0.0.1"});
  EXPECT_EQ(hosts.find("b", now), nullptr);

  folder.write("hosts", "10.0.0.2 a b\n");
  EXPECT_EQ(*hosts.find("a", now + 999ms), Addresses{"10.0.0.1"}) << "one look a second";
  EXPECT_EQ(*hosts.find("a", now + 1s), Addresses{"10.0.0.2"});
  EXPECT_NE(hosts.find("b", now + 1s), nullptr);

  std::filesystem::remove(path);
  EXPECT_EQ(hosts.find("a", now + 2s), nullptr);
  folder.write("hosts", "10.0.0.3 a\n");
  EXPECT_EQ(*hosts.find("a", now + 3s), Addresses{"10.0.0.3"});
}

}  // namespace
}  // namespace fanfetch
