#include "coordinator/commands/web/access.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

constexpr const char* kToken = "0123456789abcdef";
constexpr const char* kSession = "fedcba9876543210";

AccessRules rules() {
  return {.listen = {.path = "", .ip = "127.0.0.1", .port = 8080},
          .token = Secret(kToken),
          .session = Secret(kSession),
          .read_only = false};
}

/// What the page asks for.
Asked asked(const std::string& method = "GET", const std::string& path = "/api/rows") {
  Asked one{.method = method, .path = path, .hosts = {"127.0.0.1:8080"}};
  one.cookies = {std::string("a=b; fanfetch-8080=") + kSession};
  if (method == "POST") {
    one.origins = {"http://127.0.0.1:8080"};
    one.content_types = {"application/json"};
  }
  return one;
}

Asked with_host(Asked one, const std::string& host) {
  one.hosts = {host};
  if (!one.origins.empty()) one.origins = {"http://" + host};
  const auto colon = host.rfind(':');
  const bool has_port = colon != host.npos && host.back() != ']';
  one.cookies = {"fanfetch-" + (has_port ? host.substr(colon + 1) : "80") + "=" + kSession};
  return one;
}

TEST(Access, ThePageMayAskAndSteer) {
  EXPECT_EQ(Access::allowed, access(rules(), asked()));
  EXPECT_EQ(Access::allowed, access(rules(), asked("HEAD", "/")));
  EXPECT_EQ(Access::allowed, access(rules(), asked("POST", "/api/control")));
}

TEST(Access, HostsAreOursWhateverPortATunnelHas) {
  struct Case {
    const char* host;
    bool is_ours;
  };
  const Case kCases[] = {
      {"localhost:9999", true},     {"LOCALHOST", true},       {"127.0.0.1", true},
      {"127.0.0.1:1", true},        {"[::1]:8080", true},      {"[::1]", true},
      {"evil.example:8080", false}, {"127.0.0.2:8080", false}, {"localhost.evil.example", false},
      {"127.0.0.1.", false},        {"192.0.2.7:8080", false}, {"", false},
      {"localhost:x", false},       {"user@localhost", false},
  };
  for (const Case& one : kCases) {
    for (const char* method : {"GET", "POST"}) {
      const Asked ask = asked(method, *method == 'P' ? "/api/control" : "/");
      EXPECT_EQ(one.is_ours ? Access::allowed : Access::wrong_host,
                access(rules(), with_host(ask, one.host)))
          << one.host;
    }
  }
  Asked twice = asked();
  twice.hosts.emplace_back("127.0.0.1:8080");
  EXPECT_EQ(Access::wrong_host, access(rules(), twice));
  twice.hosts.clear();
  EXPECT_EQ(Access::wrong_host, access(rules(), twice));
}

TEST(Access, TheListenAddressIsAHostWithItsPort) {
  AccessRules elsewhere = rules();
  elsewhere.listen.ip = "192.0.2.7";
  EXPECT_EQ(Access::allowed, access(elsewhere, with_host(asked(), "192.0.2.7:8080")));
  EXPECT_EQ(Access::wrong_host, access(elsewhere, with_host(asked(), "192.0.2.7:8081")));
  EXPECT_EQ(Access::wrong_host, access(elsewhere, with_host(asked(), "192.0.2.7")));
  elsewhere.listen = {.path = "", .ip = "2001:db8::1", .port = 80};
  EXPECT_EQ(Access::allowed, access(elsewhere, with_host(asked(), "[2001:db8::1]")));
}

TEST(Access, AnOriginIsTheHost) {
  for (const char* origin : {"http://127.0.0.1:8080", "https://127.0.0.1:8080"}) {
    Asked one = asked();
    one.origins = {origin};
    EXPECT_EQ(Access::allowed, access(rules(), one));
  }
  for (const char* origin :
       {"null", "", "http://127.0.0.1", "http://127.0.0.1:8081", "http://localhost:8080",
        "http://evil.example", "127.0.0.1:8080", "http://127.0.0.1:8080/"}) {
    for (const char* method : {"GET", "POST"}) {
      Asked one = asked(method, *method == 'P' ? "/api/control" : "/");
      one.origins = {origin};
      EXPECT_EQ(Access::wrong_origin, access(rules(), one)) << origin;
    }
  }
  Asked none = asked("POST", "/api/control");
  none.origins.clear();
  EXPECT_EQ(Access::wrong_origin, access(rules(), none)) << "a POST has to have one";
  none.origins = {"http://127.0.0.1:8080", "http://127.0.0.1:8080"};
  EXPECT_EQ(Access::wrong_origin, access(rules(), none));
}

TEST(Access, WhatAnotherSiteAsksForIsRefused) {
  struct Case {
    const char *method, *path;
    std::vector<std::string> sites, modes, dests;
    Access expected;
  };
  const Case kCases[] = {
      {"GET", "/api/rows", {"same-origin"}, {"cors"}, {"empty"}, Access::allowed},
      {"GET", "/file", {"none"}, {"navigate"}, {"document"}, Access::allowed},
      {"POST", "/api/control", {"same-origin"}, {"cors"}, {"empty"}, Access::allowed},
      {"GET", "/", {"cross-site"}, {"navigate"}, {"document"}, Access::allowed},
      {"GET", "/", {"same-site"}, {"navigate"}, {"document"}, Access::allowed},
      {"GET", "/", {"cross-site"}, {"no-cors"}, {"image"}, Access::wrong_origin},
      {"GET", "/", {"cross-site"}, {"navigate"}, {"iframe"}, Access::wrong_origin},
      {"GET", "/", {"cross-site"}, {}, {}, Access::wrong_origin},
      {"HEAD", "/", {"cross-site"}, {"navigate"}, {"document"}, Access::wrong_origin},
      {"GET", "/file", {"cross-site"}, {"navigate"}, {"document"}, Access::wrong_origin},
      {"GET", "/file", {"same-site"}, {"no-cors"}, {"image"}, Access::wrong_origin},
      {"GET", "/app.js", {"cross-site"}, {"no-cors"}, {"script"}, Access::wrong_origin},
      {"GET", "/api/rows", {"Same-Origin"}, {"cors"}, {"empty"}, Access::wrong_origin},
      {"GET", "/api/rows", {""}, {"cors"}, {"empty"}, Access::wrong_origin},
      {"GET", "/api/rows", {"none", "cross-site"}, {"cors"}, {"empty"}, Access::wrong_origin},
      {"POST", "/api/control", {"same-site"}, {"cors"}, {"empty"}, Access::wrong_origin},
  };
  for (const Case& one : kCases) {
    Asked ask = asked(one.method, one.path);
    ask.fetch_sites = one.sites;
    ask.fetch_modes = one.modes;
    ask.fetch_dests = one.dests;
    EXPECT_EQ(one.expected, access(rules(), ask))
        << one.method << ' ' << one.path << " from " << one.sites[0];
  }
}

TEST(Access, WithoutTokenOrCookieThereIsNothing) {
  for (const char* path : {"/", "/style.css", "/api/live", "/file", "/metrics"}) {
    Asked one = asked("GET", path);
    one.cookies.clear();
    EXPECT_EQ(Access::no_token, access(rules(), one)) << path;
    one.cookies = {"fanfetch-8080=0000000000000000; fanfetch-8080="};
    EXPECT_EQ(Access::no_token, access(rules(), one)) << path;
    one.cookies = {std::string("fanfetch-8081=") + kSession};
    EXPECT_EQ(Access::no_token, access(rules(), one)) << "another dashboard's";
    one.cookies = {std::string("fanfetch-8080=") + kToken};
    EXPECT_EQ(Access::no_token, access(rules(), one)) << "the token is no cookie";
  }
  Asked post = asked("POST", "/api/control");
  post.cookies.clear();
  EXPECT_EQ(Access::no_token, access(rules(), post));
  post.token = kToken;
  EXPECT_EQ(Access::no_token, access(rules(), post)) << "an address does not steer";
}

TEST(Access, TheTokenBeginsASession) {
  Asked one = asked("GET", "/");
  one.cookies.clear();
  one.token = kToken;
  EXPECT_EQ(Access::begin_session, access(rules(), one));
  one.token = "0123456789abcdeF";
  EXPECT_EQ(Access::no_token, access(rules(), one));
  one.token = "";
  EXPECT_EQ(Access::no_token, access(rules(), one));
  one.token = kSession;
  EXPECT_EQ(Access::no_token, access(rules(), one));
  one.token = kToken;
  one.path = "/api/rows";
  EXPECT_EQ(Access::no_token, access(rules(), one)) << "only at the start";
  one.path = "/";
  one.hosts = {"evil.example"};
  EXPECT_EQ(Access::wrong_host, access(rules(), one));
}

TEST(Access, ProgramsBearTheToken) {
  Asked one = asked("GET", "/metrics");
  one.cookies.clear();
  one.authorizations = {std::string("bearer  ") + kToken};
  EXPECT_EQ(Access::allowed, access(rules(), one));
  for (const char* value : {"Bearer", "Bearer x", "Basic 0123456789abcdef", "0123456789abcdef"}) {
    one.authorizations = {value};
    EXPECT_EQ(Access::no_token, access(rules(), one)) << value;
  }
}

TEST(Access, AUnixSocketNeedsNoToken) {
  AccessRules socket = rules();
  socket.listen = {.path = "/x", .ip = "", .port = 0};
  socket.token.reset();
  socket.session.reset();
  Asked one = asked("POST", "/api/control");
  one.cookies.clear();
  EXPECT_EQ(Access::allowed, access(socket, one));
  one.origins = {"http://evil.example"};
  EXPECT_EQ(Access::wrong_origin, access(socket, one));
  EXPECT_EQ(Access::wrong_host, access(socket, with_host(asked(), "evil.example")));
}

TEST(Access, WhatSteersIsOnePost) {
  EXPECT_EQ(Access::wrong_method, access(rules(), asked("GET", "/api/control")));
  EXPECT_EQ(Access::wrong_method, access(rules(), asked("POST", "/api/rows")));
  EXPECT_EQ(Access::wrong_method, access(rules(), asked("DELETE", "/file")));
  EXPECT_EQ(Access::wrong_method, access(rules(), asked("OPTIONS", "/api/control")));
  AccessRules looking = rules();
  looking.read_only = true;
  EXPECT_EQ(Access::read_only, access(looking, asked("POST", "/api/control")));
  EXPECT_EQ(Access::allowed, access(looking, asked()));
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                           "", "application/jsonx"}) {
    Asked one = asked("POST", "/api/control");
    one.content_types = {type};
    EXPECT_EQ(Access::wrong_content, access(rules(), one)) << type;
  }
  Asked packed = asked("POST", "/api/control");
  packed.content_types = {"Application/JSON; charset=utf-8"};
  EXPECT_EQ(Access::allowed, access(rules(), packed));
  packed.has_content_encoding = true;
  EXPECT_EQ(Access::wrong_content, access(rules(), packed));
}

TEST(Access, CookieValues) {
  using Values = std::vector<std::string_view>;
  EXPECT_EQ(Values({"1"}), cookie_values("n=1", "n"));
  EXPECT_EQ(Values({"1", "2"}), cookie_values("x=0;n=1;  n=2 ; nn=3", "n"));
  EXPECT_EQ(Values({""}), cookie_values("n=", "n"));
  EXPECT_EQ(Values({"a=b"}), cookie_values("n=a=b", "n"));
  EXPECT_EQ(Values(), cookie_values("n; N=1;;", "n"));
  EXPECT_EQ("fanfetch-8080", cookie_name("localhost:8080"));
  EXPECT_EQ("fanfetch-80", cookie_name("localhost"));
  EXPECT_EQ("fanfetch-81", cookie_name("[::1]:81"));
}

}  // namespace
}  // namespace fanfetch
