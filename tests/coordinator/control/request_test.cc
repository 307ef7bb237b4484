#include "coordinator/control/request.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

TEST(Request, EachKindComesBackAsItWasWritten) {
  const Request kinds[] = {
      StatusRequest{},  HostsRequest{HostOrder::failed, 7},
      WorkersRequest{}, FailuresRequest{3},
      SetRequest{},     SetRequest{{{"jobs", "8"}, {"host.a.test", "skip"}, {"x\n\"", "\t"}}},
      PauseRequest{},   PauseRequest{90s},
      ResumeRequest{},  StopRequest{}};
  for (const Request& request : kinds) {
    std::string line = request_line(request);
    ASSERT_TRUE(line.ends_with('\n'));
    line.pop_back();
    EXPECT_EQ(line.find('\n'), line.npos);
    const auto parsed = parse_request(line);
    ASSERT_TRUE(parsed) << line << parsed.error().message;
    EXPECT_EQ(parsed->index(), request.index());
    EXPECT_EQ(request_line(*parsed), line + '\n');
  }
}

TEST(Request, LacksWhatIsUsual) {
  const auto hosts = parse_request(R"({"request":"hosts","colour":"red"})");
  ASSERT_TRUE(hosts);
  EXPECT_EQ(std::get<HostsRequest>(*hosts).most, 20u);
  EXPECT_EQ(std::get<HostsRequest>(*hosts).order, HostOrder::in_flight);
  EXPECT_EQ(std::get<FailuresRequest>(*parse_request(R"({"request":"failures"})")).most, 10u);
  EXPECT_FALSE(std::get<PauseRequest>(*parse_request(R"({"request":"pause"})")).time);
}

TEST(Request, WhatIsWrongIsSaid) {
  const struct {
    std::string line, message;
  } kCases[] = {
      {"", "it is not a JSON object"},
      {"status", "it is not a JSON object"},
      {"[]", "it is not a JSON object"},
      {R"({"request":"status"}x)", "it is not a JSON object"},
      {std::string("{\"request\":\"status\"}\0x", 23), "it is not a JSON object"},
      {std::string(60'000, '['), "it is not a JSON object"},
      {"{\"request\":\"\xff\"}", "it is not a JSON object"},
      {std::string(kMaxRequestBytes + 1, ' '), "it is longer than 65536 bytes"},
      {"{}", "it has no 'request'"},
      {R"({"request":1})", "it has no 'request'"},
      {R"({"request":"fly"})",
       "'fly' is no request: status, hosts, workers, failures, set, pause, resume or stop"},
      {R"({"request":"hosts","most":1001})", "'most' is not a whole number from 0 to 1000"},
      {R"({"request":"hosts","most":-1})", "'most' is not a whole number from 0 to 1000"},
      {R"({"request":"hosts","order":"age"})",
       "'order' is none of in_flight, waiting, failed, bytes, pause"},
      {R"({"request":"failures","most":65})", "'most' is not a whole number from 0 to 64"},
      {R"({"request":"set","values":[]})", "'values' is not an object of at most 1000 names"},
      {R"({"request":"set","values":{"jobs":8}})", "a value of 'values' is not a string"},
      {R"({"request":"pause","for_ms":"1"})",
       "'for_ms' is not a whole number from 0 to 2592000000"},
  };
  for (const auto& one : kCases) {
    const auto parsed = parse_request(one.line);
    ASSERT_FALSE(parsed) << one.line;
    EXPECT_EQ(parsed.error().message, one.message);
  }
}

}  // namespace
}  // namespace fanfetch
