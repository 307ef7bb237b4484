#include "worker/transport/proxy_failures.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

const ProxyName kProxy{.scheme = "http", .host_port = "p.example:3128"};
const ProxyName kTlsProxy{.scheme = "https", .host_port = "p.example:443"};

TEST(ProxyFailure, IsNamedWithoutItsPassword) {
  const Job job{.proxy = "socks5h://user:secret@p.example:1080",
                .connect_host = "2001:db8::1",
                .connect_port = 1080};
  EXPECT_EQ(proxy_of(job).scheme, "socks5h");
  EXPECT_EQ(proxy_of(job).host_port, "[2001:db8::1]:1080");
}

TEST(ProxyFailure, WhatIsTheProxysHasItsClassAndItsWorth) {
  struct Case {
    ExchangeEnd end;
    ErrorClass error;
    Retry retry;
    const char* words;
  };
  for (const auto& [end, error, retry, words] : {
           Case{{.cause = EndCause::connect}, ErrorClass::connect, Retry::yes, "cannot be reached"},
           Case{{.cause = EndCause::socks}, ErrorClass::connect, Retry::yes, "does not connect"},
           Case{{.cause = EndCause::socks, .proxy_refusal_is_final = true},
                ErrorClass::connect,
                Retry::no,
                "does not connect"},
           Case{{.cause = EndCause::connection_lost, .connect_status = 403},
                ErrorClass::connect,
                Retry::no,
                "refuses to connect to the server (403)"},
           Case{{.cause = EndCause::connection_lost, .connect_status = 407},
                ErrorClass::connect,
                Retry::no,
                "another user name and password"},
           Case{{.cause = EndCause::connection_lost, .connect_status = 502},
                ErrorClass::connect,
                Retry::yes,
                "cannot connect to the server (502)"},
           Case{{.cause = EndCause::protocol, .connected = false},
                ErrorClass::connect,
                Retry::yes,
                "answers badly"},
       }) {
    const auto failed = proxy_failure(end, kProxy);
    ASSERT_TRUE(failed) << words;
    EXPECT_EQ(failed->error, error) << words;
    EXPECT_EQ(failed->retry, retry) << words;
    EXPECT_NE(failed->message.find(words), std::string::npos) << failed->message;
    EXPECT_NE(failed->message.find("p.example:3128"), std::string::npos) << failed->message;
  }
}

TEST(ProxyFailure, TlsIsItsOwnUntilTheTunnelStands) {
  const ExchangeEnd end{.cause = EndCause::tls_not_verified, .text = "certificate has expired"};
  EXPECT_TRUE(proxy_failure(end, kTlsProxy));
  EXPECT_FALSE(proxy_failure(end, kProxy)) << "it speaks no TLS";
  ExchangeEnd behind_tunnel = end;
  behind_tunnel.connect_status = 200;
  EXPECT_FALSE(proxy_failure(behind_tunnel, kTlsProxy)) << "the server's certificate";
}

TEST(ProxyFailure, TheRestIsTheServers) {
  for (const EndCause cause : {EndCause::timeout, EndCause::cut_short, EndCause::connection_lost,
                               EndCause::no_response, EndCause::protocol}) {
    EXPECT_FALSE(proxy_failure({.cause = cause}, kProxy)) << static_cast<int>(cause);
  }
}

}  // namespace
}  // namespace fanfetch
