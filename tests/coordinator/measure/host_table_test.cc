#include "coordinator/measure/host_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "common/url.h"

namespace fanfetch {
namespace {

Record saved(std::string url, std::uint64_t bytes = 1) {
  Record record{.url = std::move(url), .status = Status::saved, .bytes = bytes, .attempts = 1};
  record.requests = 1;
  return record;
}

std::map<std::string, HostSums> rows_of(const HostTable& table) {
  std::map<std::string, HostSums> rows;
  for (const auto& [host, sums] : table.biggest()) rows.emplace(host, *sums);
  return rows;
}

void add_host(HostTable& table, int number, int links = 1) {
  for (int i = 0; i < links; ++i) table.add(saved(fmt::format("http://h{}.example/x", number)));
}

TEST(HostTable, AHostIsOneHoweverItIsWritten) {
  HostTable table;
  for (const char* url :
       {"http://a.example/x", "https://a.example", "http://A.Example/y", "http://a.example:81/x",
        "http://user:***@a.example/", "http://a.example./", "http://a.example?q=http://b.example/",
        "http://a.example#://b.example", "HTTP://a.example/"}) {
    table.add(saved(url, 10));
    table.add(saved(url, 10));
  }
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(rows_of(table)["a.example"].files, 18u);
  EXPECT_EQ(rows_of(table)["a.example"].bytes, 180u);
}

TEST(HostTable, NamesHostsAsParseUrlDoes) {
  for (const char* url : {"http://127.0.0.1/",
                          "http://127.1/",
                          "http://0x7f.1/",
                          "http://[::1]:80/x",
                          "http://b\xc3\xbc"
                          "cher.example/",
                          "http://xn--bcher-kva.example/",
                          "http://e.xn--p1ai/",
                          "http://a_b.example/",
                          "http://a..b/",
                          "http://.a/",
                          "http://a-/",
                          "http://3.b",
                          "http://b.3",
                          "http://b.0x3",
                          "http://b.0xf",
                          "http://a%62c/",
                          "ftp://a.example/",
                          "http://",
                          "http:///x",
                          "nonsense",
                          "a.example/x",
                          "//a.example/x",
                          ""}) {
    HostTable table;
    table.add(saved(url));
    const auto parsed = parse_url(url);
    EXPECT_EQ(table.biggest().at(0).first, parsed ? parsed->host : "") << url;
  }
  HostTable table;
  Record record = saved("");
  record.url.reset();
  table.add(record);
  EXPECT_EQ(table.biggest().at(0).first, "");
}

TEST(HostTable, WhatIsNotMeasuredCostsNoHost) {
  HostTable table;
  table.add({.url = "http://a.example/", .status = Status::kept});
  EXPECT_EQ(table.size(), 0u);
}

/// Nothing is lost, whatever the order in which hosts come.
TEST(HostTable, TheRestHasWhatIsNotKept) {
  HostTable table({.keep = 10, .most = 15});
  for (int number = 0; number < 1000; ++number) add_host(table, number, 1 + number % 3);
  EXPECT_LE(table.size(), 15u);
  EXPECT_EQ(table.biggest().size(), 10u);
  HostSums all = table.rest();
  for (const auto& [host, sums] : table.biggest()) all.add(*sums, 64);
  EXPECT_EQ(all.files, 1999u);
  EXPECT_EQ(table.all(64), all);
}

TEST(HostTable, KeepsTheBiggest) {
  const struct {
    const char* what;
    int first_at, every;  // the big host: when its first link comes, and how often
  } kCases[] = {{"from the beginning", 0, 10},
                {"that begins late", 5000, 10},
                {"whose links come seldom", 0, 100}};
  for (const auto& one : kCases) {
    HostTable table({.keep = 100, .most = 125});
    int links = 0;
    for (int number = 0; number < 10'000; ++number) {
      add_host(table, number);
      if (number >= one.first_at && number % one.every == 0) {
        table.add(saved("http://big.example/"));
        ++links;
      }
    }
    const auto rows = rows_of(table);
    ASSERT_TRUE(rows.contains("big.example")) << one.what;
    EXPECT_LE(rows.at("big.example").files, static_cast<std::uint64_t>(links)) << one.what;
    EXPECT_GT(rows.at("big.example").files, 0u) << one.what;
  }
}

/// The smallest sums would push it out again and again, as those of 100 others are bigger.
TEST(HostTable, OneThatBeginsLateGetsIn) {
  HostTable table({.keep = 100, .most = 125});
  for (int number = 0; number < 100; ++number) add_host(table, number, 50);
  for (int number = 100; number < 10'000; ++number) {
    add_host(table, number);
    if (number % 20 == 0) table.add(saved("http://late.example/"));
  }
  EXPECT_TRUE(rows_of(table).contains("late.example"));
}

TEST(HostTable, EqualRunsHaveEqualSums) {
  HostTable one({.keep = 10, .most = 15}), other({.keep = 10, .most = 15});
  for (int number = 0; number < 100; ++number) {
    add_host(one, number);
    add_host(other, number);
  }
  EXPECT_EQ(rows_of(one), rows_of(other));
}

TEST(HostTable, TellsOfTheBiggestThatThereAre) {
  HostTable table({.keep = 2, .most = 10});
  add_host(table, 1, 3);
  add_host(table, 2, 1);
  add_host(table, 3, 2);
  table.add(saved("http://h4.example/", 99));
  const auto rows = rows_of(table);
  EXPECT_EQ(rows.size(), 2u);
  EXPECT_TRUE(rows.contains("h1.example"));
  EXPECT_TRUE(rows.contains("h3.example"));
  EXPECT_EQ(table.rest().files, 2u);
  EXPECT_EQ(table.rest().bytes, 100u);
}

}  // namespace
}  // namespace fanfetch
