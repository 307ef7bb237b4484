#include "coordinator/sources/list_kind.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "common/ascii.h"
#include "common/result.h"
#include "coordinator/sources/csv_parser.h"
#include "coordinator/sources/entry/list_text.h"
#include "coordinator/sources/file_kind.h"
#include "coordinator/sources/json/json_search.h"

namespace fanfetch {
namespace {

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

bool has_second_line(std::string_view text) {
  return text.find_first_of("\r\n") != std::string_view::npos;
}

bool begins_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && is_same_word(text.substr(0, word.size()), word);
}

bool is_url(std::string_view text) {
  text = trimmed_link(text);
  return begins_with_word(text, "http://") || begins_with_word(text, "https://");
}

bool ends_inside(std::string_view line) {
  line = trimmed(line);
  return line.ends_with('{') || line.ends_with('[') || line.ends_with(',');
}

std::string json(std::string_view text, const ExpectedList& expected) {
  if (expected.format == ListFormat::json) return {};
  const bool is_array = text.starts_with('[');
  if (!is_array && !text.starts_with('{')) return {};
  const std::string_view inside = trimmed(text.substr(1));
  const std::string_view next = is_array ? "[{\"]" : "\"}";
  if (!inside.empty() && next.find(inside.front()) == std::string_view::npos) return {};

  const std::string_view line = first_line(text);
  const bool over_lines = has_second_line(text) && ends_inside(line);
  constexpr std::string_view kArray = "is a JSON array: --format json reads it";
  constexpr std::string_view kObject =
      "is a JSON object: --format json reads it, with --links-at where its links are";
  if (expected.format == ListFormat::jsonl) {
    if (is_array) return std::string(expected.rows_are_arrays && !over_lines ? "" : kArray);
    return std::string(over_lines ? kObject : "");
  }
  if (is_array) return std::string(kArray);
  rapidjson::Document document;
  if (has_second_line(text) && parse_json(trimmed(line), document)) {
    return "is JSON lines: --format jsonl reads them";
  }
  return std::string(kObject);
}

/// What stands under the name of JSON and is none.
std::string no_json(std::string_view text) {
  if (text.empty()) return {};
  const char first = text.front();
  if (first == '[' || first == '{' || first == '"') return {};
  rapidjson::Document document;
  if (parse_json(trimmed(first_line(text)), document)) return {};
  return fmt::format("is not JSON: it begins with '{}'; --format text reads one link a line",
                     mask_userinfo(printable(first_line(text), 40)));
}

/// The first line that is neither blank nor a comment; `text` becomes what follows it.
std::string_view first_entry(std::string_view& text) {
  while (!text.empty()) {
    const std::string_view line = first_line(text);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view entry = trimmed_link(line);
    if (!entry.empty() && !entry.starts_with('#')) return line;
  }
  return {};
}

struct Table {
  char separator;
  std::string_view advice;
};
constexpr Table kTables[] = {
    {',', "is CSV: --format csv reads it"},
    {'\t', "is TSV: --format tsv reads it"},
    {';', "is CSV, separated by ';': --format csv reads it"},
    {'|', "is a table, separated by '|': --format csv --delimiter '|' reads it"},
};

/// Whether `text` has a heading of several cells and, below it, a URL as one of several.
bool is_table(std::string_view text, char separator) {
  CsvParser rows(separator);
  if (!rows.feed(text) || rows.cells() < 2) return false;
  const std::size_t heading = rows.cells();
  while (rows.feed(text) || (text.empty() && rows.finish())) {
    if (rows.fault() != CsvParser::Fault::none) return false;
    for (std::size_t i = 0; i < rows.cells() && rows.cells() > 1; ++i) {
      // A line that begins with a URL may be one with a comma, unless the heading has as many.
      if ((i > 0 || rows.cells() == heading) && is_url(rows.cell(i))) return true;
    }
    if (text.empty()) return false;
  }
  return false;
}

std::string table(std::string_view text) {
  std::string_view rest = text;
  const std::string_view line = first_entry(rest);
  if (line.empty()) return {};
  if (line.find("://") == std::string_view::npos) {
    const std::string_view entries =
        text.substr(static_cast<std::size_t>(line.data() - text.data()));
    for (const Table& known : kTables) {
      if (is_table(entries, known.separator)) return std::string(known.advice);
    }
    return {};
  }
  // A tab is in no URL; a name may follow one, and options.
  int cells = 0;  // with something in them, up to a comment
  for (std::string_view left = line; !left.empty();) {
    const std::string_view cell = trimmed_link(left.substr(0, left.find('\t')));
    if (cell.starts_with('#')) break;
    if (!cell.empty()) ++cells;
    left.remove_prefix(std::min(left.find('\t'), left.size() - 1) + 1);
  }
  const std::string_view second = line.substr(std::min(line.find('\t'), line.size()));
  if (cells < 3 || !is_url(line) || second.find('=') != std::string_view::npos ||
      second.find("://") != std::string_view::npos) {
    return {};
  }
  return "is TSV: --format tsv --url-column 1 reads it";
}

/// An indented `name=value` below a link.
bool is_aria2_option(std::string_view line) {
  if (line.empty() || kSpaceAndTab.find(line.front()) == std::string_view::npos) return false;
  const std::string_view option = trimmed(line);
  const std::string_view name = option.substr(0, option.find('='));
  return name.size() < option.size() && !name.empty() &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == ' '; });
}

/// What is no line of JSON.
std::string no_jsonl(std::string_view text) {
  std::string_view rest = text;
  const std::string_view line = trimmed_link(first_entry(rest));
  if (is_url(line)) return "is a list of plain links: --format text reads it";
  return line.starts_with('[') || line.starts_with('{') ? "" : table(text);
}

std::string aria2(std::string_view text) {
  if (!is_url(first_entry(text))) return {};
  while (!text.empty()) {
    if (is_aria2_option(first_entry(text))) {
      return "is an input file of aria2: --format aria2 reads it";
    }
  }
  return {};
}

/// Where the advice is a pipe of what is unpacked, it is still of the format that is expected.
std::string piped(std::string advice, const ExpectedList& expected) {
  constexpr std::string_view kPipe = " FILE | fanfetch -";
  if (expected.format == ListFormat::text || !advice.ends_with(kPipe)) return advice;
  const auto* name =
      std::find_if(std::begin(kListFormats), std::end(kListFormats),
                   [&](const ListFormatName& row) { return row.format == expected.format; });
  advice.insert(advice.size() - 1, fmt::format("--format {} ", name->name));
  return advice;
}

}  // namespace

std::string other_kind(std::string_view beginning, const ExpectedList& expected) {
  if (auto kind = binary_kind(beginning); !kind.empty()) return piped(std::move(kind), expected);
  const std::string_view text = trimmed_link(beginning);
  if (auto kind = markup_kind(text); !kind.empty()) return kind;
  if (auto kind = json(text, expected); !kind.empty()) return kind;
  switch (expected.format) {
    case ListFormat::json: return no_json(text);
    case ListFormat::text:
      if (auto kind = aria2(beginning); !kind.empty()) return kind;
      return table(beginning);
    case ListFormat::aria2:
    case ListFormat::csv:
    case ListFormat::tsv: break;
    case ListFormat::jsonl: return no_jsonl(beginning);
  }
  return {};
}

}  // namespace fanfetch
