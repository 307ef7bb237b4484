#include "coordinator/commands/web/request_head.h"

#include <gtest/gtest.h>

#include <string>

namespace fanfetch {
namespace {

TEST(RequestHead, EndsWithAnEmptyLine) {
  EXPECT_EQ(std::nullopt, end_of_head(""));
  EXPECT_EQ(std::nullopt, end_of_head("GET / HTTP/1.1\r\nHost: x\r\n"));
  EXPECT_EQ(std::nullopt, end_of_head("GET / HTTP/1.1\n\n"));
  EXPECT_EQ(18u, end_of_head("GET / HTTP/1.1\r\n\r\nbody"));
}

TEST(RequestHead, WhatIsRead) {
  const std::string line = "GET / HTTP/1.1\r\n";
  std::string many = line;
  for (std::size_t i = 0; i < kMaxHeadLines; ++i) many += "a: b\r\n";
  struct Case {
    std::string head;
    HeadFault fault;
  };
  const Case kCases[] = {
      {line + "\r\n", HeadFault::none},
      {line + "Host: a\r\nCookie: \xC3\xA4\t\r\n\r\n", HeadFault::none},
      {line + "Range: bytes=0-1\r\n\r\n", HeadFault::none},
      {many + "\r\n", HeadFault::none},
      {many + "a: b\r\n\r\n", HeadFault::too_large},
      {line + "a: " + std::string(kMaxHeadBytes, 'b') + "\r\n\r\n", HeadFault::too_large},
      {line + "rAnGe: bytes=0-" + std::string(60, '1') + "\r\n\r\n", HeadFault::too_large},
      {"\r\n", HeadFault::malformed},
      {"", HeadFault::malformed},
      {line + "no colon\r\n\r\n", HeadFault::malformed},
      {line + ": empty\r\n\r\n", HeadFault::malformed},
      {line + "Host : a\r\n\r\n", HeadFault::malformed},
      {line + "a: b\r\n folded: c\r\n\r\n", HeadFault::malformed},
      {line + "a: b\nHost: c\r\n\r\n", HeadFault::malformed},
      {line + "a: b\rc\r\n\r\n", HeadFault::malformed},
      {line + std::string("a: \0\r\n\r\n", 8), HeadFault::malformed},
      {"GET /\x1b HTTP/1.1\r\n\r\n", HeadFault::malformed},
  };
  for (const Case& one : kCases) {
    EXPECT_EQ(one.fault, fault_of_head(one.head)) << one.head.substr(0, 200);
  }
}

}  // namespace
}  // namespace fanfetch
