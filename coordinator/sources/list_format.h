#pragma once

#include <optional>
#include <string_view>

namespace fanfetch {

/// How a list says which links it holds.
enum class ListFormat { text, csv, tsv, jsonl };

/// Their names on the command line; `ndjson` is another one for JSON lines.
struct ListFormatName {
  std::string_view name;
  ListFormat format;
};
inline constexpr ListFormatName kListFormats[] = {{"text", ListFormat::text},
                                                  {"csv", ListFormat::csv},
                                                  {"tsv", ListFormat::tsv},
                                                  {"jsonl", ListFormat::jsonl},
                                                  {"ndjson", ListFormat::jsonl}};

/// None: there is no such format.
[[nodiscard]] constexpr std::optional<ListFormat> list_format(std::string_view name) {
  for (const auto& known : kListFormats) {
    if (known.name == name) return known.format;
  }
  return std::nullopt;
}

}  // namespace fanfetch
