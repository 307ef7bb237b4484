#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fanfetch {

/// What may stand behind an option.
struct CompletionValue {
  enum class Kind : std::uint8_t {
    none,  ///< It is a flag.
    text,  ///< Nothing that could be known.
    file,
    folder,
    words,  ///< One of `words`.
    hosts,  ///< A host of the folders that the command names.
  };
  Kind kind = Kind::none;
  bool list = false;  ///< Several, with commas between.
  std::vector<std::string> words;
};

struct CompletionOption {
  std::vector<std::string> names;  ///< With dashes.
  CompletionValue value;
  std::string meaning;
};

/// What shells may offer behind `fanfetch`, or behind `fanfetch NAME`.
struct CompletionCommand {
  std::string name;  ///< Empty: a run.
  std::string meaning;
  std::vector<CompletionOption> options;
  /// Words of the form `jobs=N` (fanfetch set). `host.HOST=`: for each host of the folder.
  std::vector<std::string> assignments;
};

/// `value`: as the help texts write it, such as `FILE`, `auto|bar|none` or `CLASS,...|all|none`.
[[nodiscard]] CompletionValue read_value(std::string_view value);

/// The run first, then each command that looks at a folder, then `help` and `version`.
[[nodiscard]] std::vector<CompletionCommand> completion_commands();

}  // namespace fanfetch
