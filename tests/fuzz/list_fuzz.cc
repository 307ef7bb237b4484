// libFuzzer harness of lists, one program for each kind
// (-DLIST_KIND=text|csv|tsv|jsonl|json|aria2): each line, row or element ends as one item, or in
// the one error that ends the list; and splits of the input never change what is read. What a line
// or a row is, is said here again, without the parsers. Input: 8 bytes that seed the splits and
// options, then the list. See scripts/fuzz.

#include <rapidjson/document.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "common/ascii.h"
#include "coordinator/sources/aria2_source.h"
#include "coordinator/sources/csv_parser.h"
#include "coordinator/sources/entry/list_text.h"
#include "coordinator/sources/json/json_source.h"
#include "coordinator/sources/json/jsonl_source.h"
#include "coordinator/sources/list_source.h"
#include "coordinator/sources/table_source.h"
#include "coordinator/sources/tsv_parser.h"
#include "tests/coordinator/sources/memory_stream.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

using fanfetch::begins_like_url;
using fanfetch::in_memory;
using fanfetch::ListedItem;
using fanfetch::RowParser;
using fanfetch::TableOptions;
using fanfetch::trimmed_link;
using Fault = RowParser::Fault;

enum class Kind { text, csv, tsv, jsonl, json, aria2 };
constexpr Kind kKind = Kind::LIST_KIND;
constexpr bool kIsTable = kKind == Kind::csv || kKind == Kind::tsv;
constexpr char kSeparator = kKind == Kind::csv ? ',' : '\t';

// --- What is there, by itself ---

/// Lines end with LF, or CRs and an LF, or a CR.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      lines.back() += text[i];
      continue;
    }
    const std::size_t next = text.find_first_not_of('\r', i);
    if (next != text.npos && text[next] == '\n') i = next;
    lines.emplace_back();
  }
  return lines;
}

/// Nothing on the line is to be seen.
bool is_blank(std::string_view line) { return trimmed_link(line).empty(); }

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == kSeparator) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

// --- What is read ---

struct Reading {
  std::vector<ListedItem> items;
  std::string error;
};

Reading read(fanfetch::Source& source) {
  Reading all;
  for (;;) {
    auto item = source.next();
    if (!item) {
      all.error = item.error().message;
      REQUIRE(!all.error.empty());
      return all;
    }
    if (!*item) return all;
    all.items.push_back(std::move(**item));
    const ListedItem& last = all.items.back();
    REQUIRE(last.url || !last.problem.empty());
    REQUIRE(!last.problem.empty() || !is_blank(*last.url));
  }
}

Reading read_list(const std::string& list, std::size_t at_once, const TableOptions& table) {
  auto bytes = in_memory(list, at_once);
  if constexpr (kIsTable) {
    fanfetch::TableSource source(std::move(bytes), "the list", table);
    return read(source);
  } else if constexpr (kKind == Kind::jsonl) {
    using fanfetch::JsonlSource;
    JsonlSource source(
        fanfetch::LineReader(std::move(bytes), JsonlSource::kMaxLineBytes),
        {.links_at = fanfetch::JsonPointer::parse("/url").value(), .columns = table.columns});
    return read(source);
  } else if constexpr (kKind == Kind::json) {
    fanfetch::JsonSource source(
        std::move(bytes), "the list",
        {.links_at = fanfetch::JsonPointer::parse("/url").value(), .columns = table.columns});
    return read(source);
  } else if constexpr (kKind == Kind::aria2) {
    fanfetch::Aria2Source source{fanfetch::LineReader(std::move(bytes))};
    return read(source);
  } else {
    fanfetch::ListSource source{fanfetch::LineReader(std::move(bytes))};
    return read(source);
  }
}

void require_same(const Reading& whole, const Reading& split) {
  REQUIRE(whole.error == split.error);
  REQUIRE(whole.items.size() == split.items.size());
  for (std::size_t i = 0; i < whole.items.size(); ++i) {
    REQUIRE(whole.items[i].url == split.items[i].url);
    REQUIRE(whole.items[i].problem == split.items[i].problem);
    REQUIRE(whole.items[i].named == split.items[i].named);
    REQUIRE(whole.items[i].out == split.items[i].out);
    REQUIRE(whole.items[i].headers == split.items[i].headers);
  }
}

// --- The rule, for kinds with an item a line ---

[[maybe_unused]] void check_lines(const Reading& reading, const std::string& list) {
  std::vector<std::string> lines;
  for (const std::string& line : lines_of(list)) {
    const bool is_comment = kKind == Kind::text && trimmed_link(line).starts_with('#');
    if (!is_blank(line) && !is_comment) lines.push_back(line);
  }
  if (reading.error.empty()) {
    REQUIRE(reading.items.size() == lines.size());
  } else {
    REQUIRE(reading.items.size() < lines.size());
  }
  for (std::size_t i = 0; i < reading.items.size(); ++i) {
    const ListedItem& item = reading.items[i];
    if constexpr (kKind == Kind::text) {
      if (item.problem.empty()) REQUIRE(trimmed_link(lines[i]).starts_with(*item.url));
      continue;
    }
    if (item.columns) REQUIRE(!rapidjson::Document().Parse(item.columns->c_str()).HasParseError());
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(
        lines[i].c_str());
    if (document.HasParseError() || !document.IsObject() || !document.HasMember("url")) continue;
    const auto& link = document["url"];
    if (!link.IsString() || !item.problem.empty()) continue;
    const std::string_view text(link.GetString(), link.GetStringLength());
    REQUIRE(*item.url == trimmed_link(text));
  }
}

// --- The rule, for one document: what is JSON has an item for each element ---

[[maybe_unused]] void check_document(const Reading& reading, const std::string& list) {
  for (const ListedItem& item : reading.items) {
    if (!item.columns) continue;
    REQUIRE(item.columns->find('\n') == std::string::npos);
    REQUIRE(!rapidjson::Document().Parse(item.columns->c_str()).HasParseError());
  }
  if (list.find('\0') != std::string::npos) return;  // where RapidJSON takes the text to end
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(list.data(), list.size());
  if (document.HasParseError()) return;
  REQUIRE(reading.error.empty());
  REQUIRE(reading.items.size() == (document.IsArray() ? document.Size() : 1));
}

// --- The rule, for aria2's input files: an item for each link, and for each option without one ---

[[maybe_unused]] void check_links(const Reading& reading, const std::string& list) {
  std::vector<std::string> links;
  bool has_link = false;
  for (const std::string& line : lines_of(list)) {
    const std::string_view text = trimmed_link(line);
    if (text.empty() || text.starts_with('#')) continue;
    std::string_view from = line;
    while (from.starts_with("\xEF\xBB\xBF")) from.remove_prefix(3);
    const bool is_option = (from.front() == ' ' || from.front() == '\t') && !begins_like_url(text);
    if (!is_option || !has_link) links.emplace_back(text);
    has_link = has_link || !is_option;
  }
  REQUIRE(reading.error.empty());
  REQUIRE(reading.items.size() == links.size());
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (reading.items[i].problem.empty()) REQUIRE(links[i] == *reading.items[i].url);
  }
}

// --- The rule, for tables ---

struct Row {
  std::vector<std::string> cells;
  Fault fault = Fault::none;
  std::uint64_t line = 0;
  std::uint64_t last_line = 0;
};

struct Rows {
  std::vector<Row> rows;
  std::size_t link_index = 0;
};

/// The column of the number `name` if it has a URL, the column `name`, or the one of that number.
std::size_t index_of(const std::vector<std::string>& cells, std::string_view name) {
  const std::size_t number = name == "2" ? 1 : 0;
  if (name != "url" && number < cells.size() && begins_like_url(trimmed_link(cells[number]))) {
    return number;
  }
  for (const bool any_case : {false, true}) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string_view cell = trimmed_link(cells[i]);
      if (any_case ? fanfetch::is_same_word(cell, name) : cell == name) return i;
    }
  }
  return number;
}

/// Whether a first row without a link is none of names.
bool is_data(const std::vector<std::string>& cells, std::size_t link_index,
             std::string_view column) {
  const auto is_column = [&](const auto& cell) { return trimmed_link(cell) == column; };
  if (std::any_of(cells.begin(), cells.end(), is_column)) return false;
  const std::string_view link = trimmed_link(cells[link_index]);
  const std::size_t slash = link.find('/');
  return link.empty() || slash == 0 || (slash != link.npos && link.find('.') < slash) ||
         std::any_of(cells.begin(), cells.end(),
                     [](const auto& cell) { return begins_like_url(trimmed_link(cell)); });
}

/// `known`: the rows by an earlier call, which tell the parser about the first row; or null.
Rows split(std::string_view list, std::string_view column, const Rows* known) {
  fanfetch::CsvParser csv(kSeparator);
  fanfetch::TsvParser tsv;
  RowParser& parser = kKind == Kind::csv ? static_cast<RowParser&>(csv) : tsv;
  Rows all;
  const auto expect = [&](const Rows& rows) {
    all.link_index = rows.link_index;
    parser.expect(rows.rows[0].cells.size(), rows.link_index);
  };
  const auto take = [&] {
    Row& row = all.rows.emplace_back();
    row.fault = parser.fault();
    row.line = parser.line();
    row.last_line = parser.last_line();
    for (std::size_t i = 0; i < parser.cells(); ++i) row.cells.emplace_back(parser.cell(i));
    if (all.rows.size() > 1 || known != nullptr) return;
    all.link_index = index_of(row.cells, column);
    expect(all);
  };
  if (known != nullptr) expect(*known);
  while (parser.feed(list)) take();
  while (parser.finish()) take();
  return all;
}

[[maybe_unused]] Rows rows_of(std::string_view list, std::string_view column) {
  Rows all = split(list, column, nullptr);
  if (all.rows.empty()) return all;
  const auto& first = all.rows[0].cells;
  const bool has_heading = (column == "url" && first.size() > 1) ||
                           all.link_index >= first.size() ||
                           !(begins_like_url(trimmed_link(first[all.link_index])) ||
                             (column != "url" && is_data(first, all.link_index, column)));
  // A first row that is no heading may go on in the next line, as others do.
  return has_heading ? all : split(list, column, &all);
}

/// A row of several lines, of tabs: it has to fit, and none of its lines may be a row with a link.
void check_joined(const Row& row, const std::vector<std::string>& lines, const Rows& all) {
  REQUIRE(row.cells.size() >= all.rows[0].cells.size());
  for (std::uint64_t i = row.line + 1; i < row.last_line; ++i) {
    const auto cells = cells_of(lines[i - 1]);
    const bool is_within = lines[i - 1].find('"') == std::string::npos;
    if (!is_within || cells.size() < 2 || cells.size() <= all.link_index) continue;
    REQUIRE(!begins_like_url(trimmed_link(cells[all.link_index])));
  }
}

/// Each line belongs to one row, or has nothing on it.
[[maybe_unused]] void check_rows(const Rows& all, const std::string& list) {
  const std::vector<std::string> lines = lines_of(list);
  std::uint64_t next = 1;
  for (const Row& row : all.rows) {
    REQUIRE(row.line >= next);
    REQUIRE(row.last_line >= row.line);
    REQUIRE(row.last_line <= lines.size());
    REQUIRE(!row.cells.empty());
    for (; next < row.line; ++next) REQUIRE(is_blank(lines[next - 1]));
    next = row.last_line + 1;
    std::string_view line = lines[row.line - 1];
    const bool has_quote = line.find('"') != line.npos;
    if (row.line < row.last_line) {
      REQUIRE(has_quote);
      if (kKind == Kind::tsv) check_joined(row, lines, all);
    } else if (!has_quote && row.fault == Fault::none) {
      while (line.starts_with(fanfetch::kByteOrderMark)) line.remove_prefix(3);
      REQUIRE(row.cells == cells_of(line));
    }
  }
  for (; next <= lines.size(); ++next) REQUIRE(is_blank(lines[next - 1]));
}

/// Each row but the heading is an item.
[[maybe_unused]] void check_items(const Reading& reading, const std::vector<Row>& rows) {
  if (rows.empty()) {
    REQUIRE(reading.items.empty() && reading.error.empty());
    return;
  }
  if (!reading.error.empty()) {
    // The first row is no heading, or the last one has a quote that is never closed.
    const bool is_open = rows.back().fault == Fault::never_closed;
    REQUIRE(reading.items.empty() || (is_open && rows.size() - reading.items.size() <= 2));
    return;
  }
  const std::size_t headings = rows.size() - reading.items.size();
  REQUIRE(headings <= 1);
  for (std::size_t i = 0; i < reading.items.size(); ++i) {
    const ListedItem& item = reading.items[i];
    const Row& row = rows[i + headings];
    const auto is_link = [&](const std::string& cell) { return trimmed_link(cell) == *item.url; };
    if (item.problem.empty()) {
      REQUIRE(std::any_of(row.cells.begin(), row.cells.end(), is_link));
    } else {
      REQUIRE(item.problem.starts_with("line"));
    }
  }
}

}  // namespace

// libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 8) return 0;
  std::uint64_t seed = 0;
  std::memcpy(&seed, data, 8);
  const std::string list(reinterpret_cast<const char*>(data + 8), size - 8);
  const char* const columns[] = {"url", "1", "2"};
  TableOptions table{.separator = kSeparator, .is_given = true, .url_column = columns[seed % 3]};
  table.columns.keep = (seed >> 8) % 2 == 0;
  const std::size_t at_once = 1 + (seed >> 16) % ((seed >> 9) % 2 == 0 ? 8 : 5000);

  const Reading whole = read_list(list, list.size() + 1, table);
  require_same(whole, read_list(list, at_once, table));
  if constexpr (kIsTable) {
    const Rows rows = rows_of(list, table.url_column);
    check_rows(rows, list);
    check_items(whole, rows.rows);
    table.is_given = false;
    const Reading guessed = read_list(list, list.size() + 1, table);
    require_same(guessed, read_list(list, at_once, table));
  } else if constexpr (kKind == Kind::json) {
    check_document(whole, list);
  } else if constexpr (kKind == Kind::aria2) {
    check_links(whole, list);
  } else {
    check_lines(whole, list);
  }
  return 0;
}
