#include "coordinator/sources/csv_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fanfetch {
namespace {

using Fault = CsvParser::Fault;
using Rows = std::vector<std::vector<std::string>>;

struct Row {
  std::vector<std::string> cells;
  Fault fault;
  std::uint64_t line;
  std::uint64_t last_line;
};

/// All rows of `text`, which comes `at_once` bytes at a time.
std::vector<Row> parse_csv(std::string_view text, std::size_t at_once, char separator = ',') {
  CsvParser parser(separator);
  std::vector<Row> rows;
  const auto take = [&] {
    Row& row = rows.emplace_back(Row{{}, parser.fault(), parser.line(), parser.last_line()});
    for (std::size_t i = 0; i < parser.cells(); ++i) row.cells.emplace_back(parser.cell(i));
  };
  for (std::size_t at = 0; at < text.size(); at += at_once) {
    std::string_view piece = text.substr(at, at_once);
    while (parser.feed(piece)) take();
  }
  if (parser.finish()) take();
  return rows;
}

/// The same for every way to cut the text up; none of the rows may have a fault.
Rows csv_rows(std::string_view text, char separator = ',') {
  Rows first;
  for (const std::size_t at_once : {100'000u, 1u, 2u, 3u, 7u}) {
    Rows rows;
    for (const Row& row : parse_csv(text, at_once, separator)) {
      EXPECT_EQ(row.fault, Fault::none) << text;
      rows.push_back(row.cells);
    }
    if (first.empty()) first = rows;
    EXPECT_EQ(rows, first) << at_once << ": " << text;
  }
  return first;
}

TEST(CsvParser, SplitsRowsAndCells) {
  EXPECT_EQ(csv_rows(""), Rows{});
  EXPECT_EQ(csv_rows("a,b\nc,d\n"), (Rows{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(csv_rows("a,b\r\nc,d"), (Rows{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(csv_rows(",\n,,\r\na,"), (Rows{{"", ""}, {"", "", ""}, {"a", ""}}));
  EXPECT_EQ(csv_rows(" a , b \n"), (Rows{{" a ", " b "}}));
  EXPECT_EQ(csv_rows("a\tb,c\n", '\t'), (Rows{{"a", "b,c"}}));
}

TEST(CsvParser, SkipsEmptyLines) {
  EXPECT_EQ(csv_rows("\n\r\na\n\n\r\n\nb\n\r\n\r"), (Rows{{"a"}, {"b"}}));
  EXPECT_EQ(csv_rows(" \t\n\xC2\xA0\na\n\x1A"), (Rows{{"a"}})) << "nothing to be seen";
  EXPECT_EQ(csv_rows("\"\"\n"), (Rows{{""}})) << "an empty cell in quotes is a row";
}

TEST(CsvParser, ReadsQuotedCells) {
  EXPECT_EQ(csv_rows("\"a\",\"b,c\"\n\"d\"\"e\",\"\"\"\"\n"), (Rows{{"a", "b,c"}, {"d\"e", "\""}}));
  EXPECT_EQ(csv_rows("\"a\nb\",c\r\n\"d\r\ne\"\r\nf"), (Rows{{"a\nb", "c"}, {"d\r\ne"}, {"f"}}));
  EXPECT_EQ(csv_rows("\"\",\"\"\r\n"), (Rows{{"", ""}}));
  EXPECT_EQ(csv_rows("\"a\""), (Rows{{"a"}}));
  EXPECT_EQ(csv_rows("\"a\r\""), (Rows{{"a\r"}}));
}

TEST(CsvParser, AQuoteWithinAPlainCellStandsForItself) {
  EXPECT_EQ(csv_rows("5\" disk,a\"b\"\n \"x\"\n"), (Rows{{"5\" disk", "a\"b\""}, {" \"x\""}}));
}

TEST(CsvParser, EndsLinesWithWhateverWasWritten) {
  for (const char* end : {"\n", "\r\n", "\r\r\n", "\r"}) {
    const std::string text =
        std::string("a,b") + end + "\"c\",\"d\"" + end + end + "e," + end + "f";
    EXPECT_EQ(csv_rows(text), (Rows{{"a", "b"}, {"c", "d"}, {"e", ""}, {"f"}}));
    for (const std::size_t at_once : {1u, 2u, 3u, 100u}) {
      const auto rows = parse_csv(text, at_once);
      // CR CR LF twice is two line ends, not four.
      EXPECT_EQ(rows.at(3).line, 5u) << at_once;
    }
  }
  EXPECT_EQ(csv_rows("a\rb\nc\r\r\nd\r\ne"), (Rows{{"a"}, {"b"}, {"c"}, {"d"}, {"e"}}));
}

TEST(CsvParser, KeepsNulBytes) {
  EXPECT_EQ(csv_rows(std::string_view("c\0d\r\n", 5)), (Rows{{std::string("c\0d", 3)}}));
}

TEST(CsvParser, SkipsByteOrderMarksBeforeRows) {
  EXPECT_EQ(csv_rows("a\n\xEF\xBB\xBF\"b\",c\n\xEF\xBB\xBF\xEF\xBB\xBF\nd\n\xEF\xBB\xBF"),
            (Rows{{"a"}, {"b", "c"}, {"d"}}));
  EXPECT_EQ(csv_rows("\xEF\xBB\n\xEF,\xEF\xBB\xBF\n\xEF"),
            (Rows{{"\xEF\xBB"}, {"\xEF", "\xEF\xBB\xBF"}, {"\xEF"}}));
}

TEST(CsvParser, CountsLines) {
  const auto rows = parse_csv("a\n\n\"b\nc\nd\",e\nf\n", 3);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].line, 1u);
  EXPECT_EQ(rows[1].line, 3u);
  EXPECT_EQ(rows[2].line, 6u);
}

TEST(CsvParser, CountsLinesWithAMarkAlone) {
  for (const std::size_t at_once : {1u, 100u}) {
    EXPECT_EQ(parse_csv("a\r\xEF\xBB\xBF\nb\n", at_once).at(1).line, 3u);
  }
}

TEST(CsvParser, CountsLinesWithinQuotes) {
  for (const std::size_t at_once : {1u, 2u, 100u}) {
    for (const char* lines : {"\"b\nc\nd\"", "\"b\r\nc\r\n\"", "\"b\rc\r\"", "\"\r\r\n\n\""}) {
      const auto rows = parse_csv(std::string("a\n") + lines + ",e\nf\n", at_once);
      EXPECT_EQ(rows.at(1).last_line, 4u) << lines;
      EXPECT_EQ(rows.at(2).line, 5u) << lines;
    }
  }
}

TEST(CsvParser, SkipsTheLineOnWhichSomethingFollowsAClosingQuote) {
  for (const char* broken : {"\"a\"b,\"c\",d\n", "\"a\" ,b\n", "x,\"a\"\"b\"c\"\n"}) {
    for (const std::size_t at_once : {1u, 1000u}) {
      const auto rows = parse_csv(std::string("1\n") + broken + "2\n", at_once);
      ASSERT_EQ(rows.size(), 3u) << broken;
      EXPECT_EQ(rows[1].fault, Fault::text_after_quote) << broken;
      EXPECT_EQ(rows[2].cells, std::vector<std::string>{"2"}) << broken;
      EXPECT_EQ(rows[2].fault, Fault::none);
      EXPECT_EQ(rows[2].line, 3u);
    }
  }
}

TEST(CsvParser, SaysWhereAQuoteBeginsThatIsNeverClosed) {
  CsvParser parser(',');
  std::string_view text = "a\nb,\"c\nd,e\n\nf";
  EXPECT_TRUE(parser.feed(text));
  EXPECT_FALSE(parser.feed(text));
  EXPECT_TRUE(parser.finish());
  EXPECT_EQ(parser.fault(), Fault::never_closed);
  EXPECT_EQ(parser.quote_line(), 2u);
}

TEST(CsvParser, CutsARowOverTheLimitAndGoesOn) {
  const std::string most(CsvParser::kMaxRowBytes - 1, 'x');
  EXPECT_EQ(parse_csv("a," + most + "\nb\n", 5000)[0].fault, Fault::none);
  // In one cell, over many lines within quotes, and in many cells.
  std::string lines, cells;
  while (lines.size() < 3'000'000) lines += "one more line\n";
  while (cells.size() < 3'000'000) cells += "cell,";
  for (const std::string& text : {"a,x" + most, "\"" + lines + "\"", cells}) {
    const auto rows = parse_csv(text + "\nb,c\n", 5000);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].fault, Fault::too_long);
    std::size_t kept = 0;
    for (const auto& cell : rows[0].cells) kept += cell.size();
    EXPECT_LE(kept, CsvParser::kMaxRowBytes);
    EXPECT_LE(rows[0].cells.size(), CsvParser::kMaxCells);
    EXPECT_EQ(rows[1].cells, (std::vector<std::string>{"b", "c"}));
    EXPECT_EQ(rows[1].fault, Fault::none);
  }
}

}  // namespace
}  // namespace fanfetch
