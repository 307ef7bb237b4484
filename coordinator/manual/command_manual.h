#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fanfetch {

/// A paragraph of a command's help text.
struct ManualParagraph {
  enum class Kind : std::uint8_t {
    prose,    ///< `text`: words, in one line.
    entries,  ///< `entries`, one each.
    literal,  ///< `text`: lines as they stand.
  };
  struct Entry {
    std::string left;     ///< `-o, --output FILE`, `jobs=N`
    std::string meaning;  ///< In one line; may be empty.
  };
  Kind kind = Kind::prose;
  std::string text;
  std::vector<Entry> entries;
};

/// A command's help text, taken apart for its manual page and for completions, so that what it says
/// of an option is said in one place.
struct CommandManual {
  std::vector<std::string> synopsis;  ///< Behind "Usage: ", a line each.
  std::vector<ManualParagraph> paragraphs;
  std::string exit_status;  ///< Behind "Exit status: ", in one line.
};

/// `help` begins with "Usage: ". Paragraphs are parted by blank lines. In them, lines that begin
/// with two blanks are a table: `  left  meaning`, the meaning continued in lines that are indented
/// further. A table with more than two columns is taken as it stands.
[[nodiscard]] CommandManual read_manual(std::string_view help);

}  // namespace fanfetch
