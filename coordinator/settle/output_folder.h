#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "common/result.h"
#include "common/unique_fd.h"
#include "coordinator/process/exit.h"
#include "coordinator/settle/folder_holder.h"
#include "coordinator/settle/run_folder.h"

namespace fanfetch {

/// The folder that a run writes to, opened and locked, with its state: `part`, where workers write,
/// and all that a run keeps for itself.
/// All names are resolved from descriptors held open all run.
class OutputFolder {
 public:
  /// Makes the folder if it is missing, and takes the lock. Waits up to 2 s for a run that is just
  /// ending. Exit: kExitBusy if another run holds it, kExitConfiguration if it
  /// does not go with its state folder (see state_folder.h), else kExitOutput.
  [[nodiscard]] static tl::expected<OutputFolder, Exit> open(const RunFolder& names,
                                                             HeldFor purpose = HeldFor::run);

  /// Nothing is in it, but what it keeps for itself.
  [[nodiscard]] bool is_empty() const;
  /// Removes what a killed run left in `part`, but what can be gone on with. Returns whether there
  /// is any of that. `moved`: called for each file that was looked at. REQUIRES: all parts that
  /// were to be placed have been (replay.h).
  [[nodiscard]] tl::expected<bool, Exit> clean_parts(const std::function<void()>& moved = {}) const;
  /// Why the folder is not what it was: it was moved away, removed or replaced. nullopt: it is. Any
  /// thread.
  [[nodiscard]] std::optional<std::string> lost() const;
  /// Bytes that whoever is not root may still write there; nullopt: its file system does not say.
  /// May block; any thread.
  [[nodiscard]] std::optional<std::uint64_t> free_bytes() const;
  /// Brings its whole file system to the disk. 0 or an errno value. Do not call it again after an
  /// error, which the kernel reports only once. Any thread.
  [[nodiscard]] int sync() const;

  /// As it was given, with the node's name that its state has.
  [[nodiscard]] const RunFolder& names() const { return names_; }
  [[nodiscard]] const std::string& path() const { return names_.output; }
  /// The identity of the ledger that belongs to this folder, which shows whether a ledger that lies
  /// elsewhere does. nullopt: none was noted yet. Empty: the note is there but holds no identity,
  /// as a power cut could leave it when it was still written in place.
  [[nodiscard]] std::optional<std::string> ledger_identity() const;
  /// Notes it; a power cut leaves the earlier note or this one.
  [[nodiscard]] tl::expected<void, Exit> set_ledger_identity(const std::string& id) const;
  [[nodiscard]] int fd() const { return folder_.get(); }
  /// `.fanfetch`, or the folder of `--state`.
  [[nodiscard]] int state_fd() const { return state_.get(); }
  /// That of RunFolder::own_path().
  [[nodiscard]] int own_fd() const { return names_.state.empty() ? fd() : state_fd(); }
  [[nodiscard]] int part_fd() const { return part_.get(); }
  /// For the workers to inherit: the lock ends with the last process of the run.
  [[nodiscard]] int lock_fd() const { return lock_.get(); }

 private:
  OutputFolder() = default;

  RunFolder names_;
  UniqueFd folder_;
  UniqueFd state_;
  UniqueFd part_;
  UniqueFd lock_;
};

}  // namespace fanfetch
