#include "coordinator/commands/web/listen_address.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(ListenAddress, WhatMayBeListenedAt) {
  struct Case {
    const char* text;
    const char* host;
    bool is_local;
  };
  const Case kCases[] = {
      {"127.0.0.1:8080", "127.0.0.1:8080", true},
      {"127.0.0.1:0", "127.0.0.1:0", true},
      {"127.9.9.9:1", "127.9.9.9:1", true},
      {"localhost:8081", "127.0.0.1:8081", true},
      {"[::1]:8080", "[::1]:8080", true},
      {"192.0.2.7:65535", "192.0.2.7:65535", false},
      {"[2001:DB8::0]:80", "[2001:db8::]:80", false},
  };
  for (const Case& one : kCases) {
    const auto address = parse_listen_address(one.text);
    ASSERT_TRUE(address) << one.text << ": " << address.error().message;
    EXPECT_EQ(one.host, address->host());
    EXPECT_EQ(one.is_local, address->is_local()) << one.text;
    EXPECT_FALSE(address->is_unix());
  }
}

TEST(ListenAddress, WhatIsNone) {
  for (const std::string text :
       {"", "8080", "127.0.0.1", "127.0.0.1:", ":8080", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:80x", "127.1:80", "example.org:80", "::1:8080", "[::1]", "[127.0.0.1]:80",
        "[localhost]:80", "[::1:80", "0.0.0.0:8080", "[::]:8080", "unix:", " 127.0.0.1:80"}) {
    EXPECT_FALSE(parse_listen_address(text)) << text;
  }
  EXPECT_FALSE(parse_listen_address("unix:" + std::string(108, 'x')));
}

TEST(ListenAddress, AUnixSocketIsAPath) {
  const auto address = parse_listen_address("unix:/run/me/web 1:2");
  ASSERT_TRUE(address);
  EXPECT_TRUE(address->is_unix());
  EXPECT_TRUE(address->is_local());
  EXPECT_EQ("/run/me/web 1:2", address->path);
  EXPECT_TRUE(parse_listen_address("unix:" + std::string(107, 'x')));
}

TEST(ListenAddress, HostHeaders) {
  struct Case {
    const char* text;
    const char* host;
    std::optional<std::uint16_t> port;
  };
  const Case kCases[] = {
      {"localhost", "localhost", {}},
      {"LocalHost:8080", "localhost", 8080},
      {"[::1]:80", "::1", 80},
      {"[::1]", "::1", {}},
      {"a.b", "a.b", {}},
  };
  for (const Case& one : kCases) {
    const auto host = parse_host_header(one.text);
    ASSERT_TRUE(host) << one.text;
    EXPECT_EQ(one.host, host->host);
    EXPECT_EQ(one.port, host->port);
  }
  for (const char* text : {"", ":80", "localhost:", "localhost:8080:1", "[::1", "[]", "[::1]x",
                           "[localhost]", "localhost:99999", "::1", "[::1]:"}) {
    EXPECT_FALSE(parse_host_header(text)) << text;
  }
}

}  // namespace
}  // namespace fanfetch
