#pragma once

#include <string>

namespace fanfetch {

/// Where a run's files are and what it keeps about them, as the user names it.
struct RunFolder {
  std::string output;  ///< The files.
  std::string state;   ///< `--state`; empty: in `.fanfetch` beside the files.
  std::string ledger;  ///< `--ledger`; empty: with the rest of the state.
  /// With `state`, of one of several nodes of a fleet, whose files are on a file system that they
  /// share: its name, by which parts and lock lie beside the files. Empty: with the rest.
  std::string node = {};

  /// Where the control socket and, as a rule, the ledger are.
  [[nodiscard]] std::string state_path() const {
    return state.empty() ? output + "/.fanfetch" : state;
  }
  /// The folder that is this run's alone: several may write to one output folder.
  [[nodiscard]] const std::string& own_path() const { return state.empty() ? output : state; }
  [[nodiscard]] std::string ledger_path() const {
    return ledger.empty() ? state_path() + "/ledger.sqlite" : ledger;
  }
  /// Where parts and lock are.
  [[nodiscard]] std::string work_path() const {
    return node.empty() ? state_path() : output + "/.fanfetch/node-" + node;
  }
  [[nodiscard]] std::string lock_path() const { return work_path() + "/lock"; }

  bool operator==(const RunFolder&) const = default;
};

/// Whether `path` is one of the files that a run keeps there, which no report may overwrite.
[[nodiscard]] bool is_own_file(const std::string& path, const RunFolder& folder);

/// Whether it is of a node, and others have, or had, their parts beside the files, too.
[[nodiscard]] bool has_other_nodes(const RunFolder& folder);

}  // namespace fanfetch
