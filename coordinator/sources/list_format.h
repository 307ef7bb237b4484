#pragma once

#include <optional>
#include <string_view>

namespace fanfetch {

/// The format of a list file. A header of its own, because the options need nothing else of lists.
enum class ListFormat { text, csv, tsv, jsonl, json, aria2 };

/// The formats' names on the command line; `ndjson` is a second name for JSON lines.
struct ListFormatName {
  std::string_view name;
  ListFormat format;
};
inline constexpr ListFormatName kListFormats[] = {
    {"text", ListFormat::text},   {"csv", ListFormat::csv},      {"tsv", ListFormat::tsv},
    {"jsonl", ListFormat::jsonl}, {"ndjson", ListFormat::jsonl}, {"json", ListFormat::json},
    {"aria2", ListFormat::aria2}};

/// nullopt: there is no such format.
[[nodiscard]] constexpr std::optional<ListFormat> list_format(std::string_view name) {
  for (const auto& known : kListFormats) {
    if (known.name == name) return known.format;
  }
  return std::nullopt;
}

}  // namespace fanfetch
