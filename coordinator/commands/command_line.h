#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

namespace fanfetch {

/// The folder that a command looks at.
struct FolderArguments {
  std::string output;  ///< DIR, as the user named it.
  std::string ledger;  ///< `--ledger`; empty: in the folder.
};

struct StatusArguments {
  FolderArguments folder;
  bool json = false;
  bool by_host = false;
};

struct VerifyArguments {
  FolderArguments folder;
  bool repair = false;
  bool quiet = false;
};

enum class ExportFormat { jsonl, csv };

struct ExportArguments {
  FolderArguments folder;
  std::string file = "-";  ///< `-` is stdout.
  ExportFormat format = ExportFormat::jsonl;
};

using Command = std::variant<StatusArguments, VerifyArguments, ExportArguments>;

/// There is nothing to do but to print `text`: help (status 0), or what is wrong (2).
struct LeaveCommand {
  int status = 0;
  std::string text;  ///< Whole lines, safe to print.
};

/// `status`, `verify` or `export`.
[[nodiscard]] bool is_command_name(std::string_view word);

/// `words`: the command's name and what follows it. REQUIRES: is_command_name(words[0]).
[[nodiscard]] tl::expected<Command, LeaveCommand> read_command(std::span<const char* const> words);

}  // namespace fanfetch
