#include "coordinator/sources/tsv_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fanfetch {
namespace {

using Fault = RowParser::Fault;
using Rows = std::vector<std::vector<std::string>>;

/// What is known of the rows; nullopt: nothing.
struct Shape {
  std::size_t cells;
  std::size_t link_index;
};

struct Parsed {
  Rows rows;
  std::vector<std::uint64_t> lines;  // on which the rows begin
};

Parsed parse_tsv(std::string_view text, std::optional<Shape> shape, std::size_t at_once) {
  TsvParser parser;
  if (shape) parser.expect(shape->cells, shape->link_index);
  Parsed all;
  const auto take = [&] {
    EXPECT_EQ(parser.fault(), Fault::none) << text;
    all.lines.push_back(parser.line());
    auto& row = all.rows.emplace_back();
    for (std::size_t i = 0; i < parser.cells(); ++i) row.emplace_back(parser.cell(i));
  };
  for (std::size_t at = 0; at < text.size(); at += at_once) {
    std::string_view piece = text.substr(at, at_once);
    while (parser.feed(piece)) take();
    EXPECT_TRUE(piece.empty());
  }
  while (parser.finish()) take();
  return all;
}

/// The same for every way to cut the text up.
Rows tsv_rows(std::string_view text, std::optional<Shape> shape = std::nullopt) {
  const Parsed whole = parse_tsv(text, shape, 1'000'000);
  for (const std::size_t at_once : {1u, 2u, 3u, 7u}) {
    const Parsed cut = parse_tsv(text, shape, at_once);
    EXPECT_EQ(cut.rows, whole.rows) << at_once << ": " << text;
    EXPECT_EQ(cut.lines, whole.lines) << at_once << ": " << text;
  }
  return whole.rows;
}

constexpr Shape kLinkFirst{.cells = 2, .link_index = 0};
constexpr Shape kLinkLast{.cells = 2, .link_index = 1};
constexpr Shape kThree{.cells = 3, .link_index = 1};

TEST(TsvParser, SplitsRowsAndCells) {
  EXPECT_EQ(tsv_rows(""), Rows{});
  EXPECT_EQ(tsv_rows("a\tb\nc,\"d\t\n\t\te"), (Rows{{"a", "b"}, {"c,\"d", ""}, {"", "", "e"}}));
  EXPECT_EQ(tsv_rows("\n\r\na\n \n\xEF\xBB\xBF\n\xC2\xA0\n\t\nb"), (Rows{{"a"}, {"", ""}, {"b"}}));
  EXPECT_EQ(tsv_rows("\xEF\xBB\xBF\"a\"\tb\n\xEF\xBB\xBF\xEF\xBB\xBF\"c\"\n\xEF\xBB"),
            (Rows{{"a", "b"}, {"c"}, {"\xEF\xBB"}}));
  EXPECT_EQ(tsv_rows("\"\"\n"), (Rows{{""}})) << "an empty cell in quotes is a row";
  EXPECT_EQ(tsv_rows(std::string_view("a\0b\tc\n", 6)), (Rows{{std::string("a\0b", 3), "c"}}));
}

TEST(TsvParser, EndsLinesWithWhateverWasWritten) {
  for (const char* end : {"\n", "\r\n", "\r\r\n", "\r"}) {
    const std::string text =
        std::string("a\tb") + end + "\"c\"\t\"d\"" + end + end + "e\t" + end + "f";
    EXPECT_EQ(tsv_rows(text), (Rows{{"a", "b"}, {"c", "d"}, {"e", ""}, {"f"}}));
    EXPECT_EQ(parse_tsv(text, {}, 1).lines, (std::vector<std::uint64_t>{1, 2, 4, 5}));
  }
}

TEST(TsvParser, CountsLinesWithAMarkAlone) {
  for (const std::size_t at_once : {1u, 100u}) {
    EXPECT_EQ(parse_tsv("a\r\xEF\xBB\xBF\nb\n", {}, at_once).lines,
              (std::vector<std::uint64_t>{1, 3}));
  }
}

TEST(TsvParser, AQuoteIsOneWhereAnotherClosesItOnTheLine) {
  EXPECT_EQ(tsv_rows("\"a\"\t\"b\tc\"\t\"\"\"d\"\" e\"\t\"\"\n"),
            (Rows{{"a", "b\tc", "\"d\" e", ""}}));
  for (const char* plain : {"\"", "\"\"\"", "\"a", "a\"", "\"a\" b", "\"a\"b\"", "a \"b\"",
                            "\"a\"\"", "5\" disk", "\"\"a"}) {
    const std::string row = std::string(plain) + "\thttp://a/1\t" + plain;
    EXPECT_EQ(tsv_rows(row + "\nb\thttp://a/2\tc", kThree),
              (Rows{{plain, "http://a/1", plain}, {"b", "http://a/2", "c"}}))
        << plain;
  }
}

TEST(TsvParser, TheNumberOfCellsTellsQuotesAroundTabsFromTwoLoneOnes) {
  EXPECT_EQ(tsv_rows("\"a\thttp://a/1\tb\"\n", kThree), (Rows{{"\"a", "http://a/1", "b\""}}));
  EXPECT_EQ(tsv_rows("\"a\tb\"\thttp://a/1\n", kLinkLast), (Rows{{"a\tb", "http://a/1"}}));
  EXPECT_EQ(tsv_rows("\"a\tb\"\thttp://a/1\t\t\n", kLinkLast),
            (Rows{{"a\tb", "http://a/1", "", ""}}));
  EXPECT_EQ(tsv_rows("\"a\tb\"\t\"c\td\"\n", kThree), (Rows{{"a\tb", "c\td"}})) << "neither fits";
}

TEST(TsvParser, ALoneQuoteSwallowsNoLink) {
  EXPECT_EQ(tsv_rows("http://a/1\t\"x\nhttp://a/2\ty\n", kLinkFirst),
            (Rows{{"http://a/1", "\"x"}, {"http://a/2", "y"}}));
  // Another one closes it, and the cells are as many as expected.
  EXPECT_EQ(tsv_rows("http://a/1\t\"x\nhttp://a/2\ty\nhttp://a/3\tz\"\n", kLinkFirst),
            (Rows{{"http://a/1", "\"x"}, {"http://a/2", "y"}, {"http://a/3", "z\""}}));
  EXPECT_EQ(tsv_rows("\"x\thttp://a/1\ny\thttp://a/2\nz\"\thttp://a/3\n", kLinkLast),
            (Rows{{"\"x", "http://a/1"}, {"y", "http://a/2"}, {"z\"", "http://a/3"}}));
  // The same where rows are of all lengths.
  EXPECT_EQ(tsv_rows("http://a/1\t\"x\t1\nhttp://a/2\ty\nhttp://a/3\tz\"\t3\n", Shape{3, 0}),
            (Rows{{"http://a/1", "\"x", "1"}, {"http://a/2", "y"}, {"http://a/3", "z\"", "3"}}));
  EXPECT_EQ(tsv_rows("\"http://a/1\nhttp://a/2\nhttp://a/3\"\n", Shape{1, 0}),
            (Rows{{"\"http://a/1"}, {"http://a/2"}, {"http://a/3\""}}));
}

TEST(TsvParser, ReadsAQuotedCellThatGoesOnOverLines) {
  for (const char* end : {"\n", "\r\n", "\r"}) {
    const std::string lines = std::string("one") + end + end + "\"\"two\"\"" + end + "http://x/";
    const std::string cell = std::string("one") + end + end + "\"two\"" + end + "http://x/";
    EXPECT_EQ(tsv_rows("\"" + lines + "\"\thttp://a/1\nb\thttp://a/2\n", kLinkLast),
              (Rows{{cell, "http://a/1"}, {"b", "http://a/2"}}));
    EXPECT_EQ(tsv_rows("http://a/1\t\"" + lines + "\"\nhttp://a/2\tb\n", kLinkFirst),
              (Rows{{"http://a/1", cell}, {"http://a/2", "b"}}));
    EXPECT_EQ(
        tsv_rows("\"" + lines + "\"\thttp://a/1\t\"" + lines + "\"\nb\thttp://a/2\tc", kThree),
        (Rows{{cell, "http://a/1", cell}, {"b", "http://a/2", "c"}}));
  }
  EXPECT_EQ(tsv_rows("http://a/1\t\"one\ttab\ntwo\"\n", kLinkFirst),
            (Rows{{"http://a/1", "one\ttab\ntwo"}}));
  EXPECT_EQ(parse_tsv("\"a\nb\nc\"\thttp://a/1\nd\te\n", kLinkLast, 2).lines,
            (std::vector<std::uint64_t>{1, 4}));
}

TEST(TsvParser, ACellThatGoesOnHasToFit) {
  EXPECT_EQ(tsv_rows("\"one\ntwo\"\thttp://a/1\n", kThree),
            (Rows{{"\"one"}, {"two\"", "http://a/1"}}));
  EXPECT_EQ(tsv_rows("\"one\ntwo\"\thttp://a/1\n"), (Rows{{"\"one"}, {"two\"", "http://a/1"}}))
      << "the shape is not known yet";
  const std::string most(TsvParser::kMaxQuotedBytes - 20, 'x');
  for (const std::size_t at_once : {1000u, 1'000'000u}) {
    const std::string row = "\"\n" + most;
    EXPECT_EQ(parse_tsv(row + "\"\thttp://a/1\n", kLinkLast, at_once).rows.size(), 1u);
    EXPECT_EQ(
        parse_tsv(row + std::string(20, 'x') + "\"\thttp://a/1\n", kLinkLast, at_once).rows.size(),
        2u);
  }
}

TEST(TsvParser, WaitsOnlyForTheLinesThatDecide) {
  TsvParser parser;
  parser.expect(2, 0);
  std::string_view text = "http://a/1\t\"x\n";
  EXPECT_FALSE(parser.feed(text));
  text = "http://a/2\ty";
  EXPECT_FALSE(parser.feed(text));
  text = "\n";
  ASSERT_TRUE(parser.feed(text));
  EXPECT_EQ(parser.cell(0), "http://a/1");
  ASSERT_TRUE(parser.feed(text));
  EXPECT_EQ(parser.cell(0), "http://a/2");
}

TEST(TsvParser, CutsARowOverTheLimitAndGoesOn) {
  std::string cells;
  while (cells.size() < 3'000'000) cells += "cell\t";
  for (const std::string& text : {"a\t" + std::string(3'000'000, 'x'), cells}) {
    TsvParser parser;
    std::vector<std::pair<Fault, std::size_t>> rows;
    const std::string whole = text + "\nb\tc\n";
    for (std::size_t at = 0; at < whole.size(); at += 5000) {
      std::string_view piece = std::string_view(whole).substr(at, 5000);
      while (parser.feed(piece)) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < parser.cells(); ++i) kept += parser.cell(i).size();
        EXPECT_LE(kept, RowParser::kMaxRowBytes);
        rows.emplace_back(parser.fault(), parser.cells());
      }
    }
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].first, Fault::too_long);
    EXPECT_LE(rows[0].second, RowParser::kMaxCells);
    EXPECT_EQ(rows[1], std::pair(Fault::none, std::size_t{2}));
  }
}

}  // namespace
}  // namespace fanfetch
