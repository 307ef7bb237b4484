#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/clock.h"
#include "coordinator/net/changing_file.h"

namespace fanfetch {

/// Names and their addresses, in the file's order, each once.
using HostsTable = std::unordered_map<std::string, std::vector<std::string>>;

/// Reads hosts(5): an address, then its names, in any case, with or without a dot at the end; `#`
/// comments. Lines that are no such thing, and addresses with a zone, do not count.
[[nodiscard]] HostsTable parse_hosts(std::string_view text);

/// The hosts file, read again when it has changed: a look-up opens no file.
class HostsFile {
 public:
  explicit HostsFile(std::string path) : file_(std::move(path)) {}

  /// Lent until the next call. Null: it does not know `name` (lower case, no dot at the end).
  [[nodiscard]] const std::vector<std::string>* find(const std::string& name, Instant now);

 private:
  ChangingFile file_;
  HostsTable table_;
};

}  // namespace fanfetch
