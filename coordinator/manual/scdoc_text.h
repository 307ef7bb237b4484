#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fanfetch {

// Pieces of scdoc(5), the language in which the manual pages are written.

/// `text` as it stands, without the language's own signs.
[[nodiscard]] std::string scdoc_text(std::string_view text);

/// `text` in bold, as what is typed.
[[nodiscard]] std::string scdoc_bold(std::string_view text);

/// An option's names and its value, such as `-o, --output FILE`, or what is typed in its place,
/// such as `jobs=N`.
struct OptionForms {
  std::vector<std::string> names;
  std::string value;  ///< Empty: it has none.
};
[[nodiscard]] OptionForms split_forms(std::string_view left);

/// What is typed in bold, values underlined; below it, indented, what it means.
[[nodiscard]] std::string scdoc_entry(std::string_view left, std::string_view meaning);

/// Lines as they stand.
[[nodiscard]] std::string scdoc_literal(std::string_view lines);

}  // namespace fanfetch
