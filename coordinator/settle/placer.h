#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/sha256.h"
#include "coordinator/ledger/ledger.h"
#include "coordinator/link/file_stamp.h"
#include "coordinator/names/name_form.h"
#include "coordinator/settle/name_calls.h"

namespace fanfetch {

/// A part whose rename the ledger has noted, and what became of it.
struct PartToPlace {
  std::int64_t row = 0;
  std::string part;
  Sha256Digest hash{};  ///< Of the link, for other names.
  std::optional<FileStamp> replaces;
  std::optional<std::uint64_t> bytes;  ///< That it has; nullopt: nobody can have changed it.
  std::string name;  ///< In: the name that was noted. Out: the name that the file has.
  /// In and out: the name that it was to have, if `name` is another one; empty: it is that.
  std::string wanted;
  NameForm form = {};      ///< In and out: the form of the name wanted that `name` is made of.
  bool by_chance = false;  ///< Out: it may be in that form since a folder went away meanwhile.
  bool placed = false;     ///< Out: it has that name.
  std::string problem;     ///< Out: why it can have no name.
};

/// Whether a part, as it lies on the disk, may get a name: a regular file of that size, and no
/// other name leads to it. Whatever its worker says, who may have been taken over.
[[nodiscard]] bool is_whole_part(const struct stat& status, std::uint64_t bytes);

/// Gives whole parts their final names. Thread: one at a time; every call may touch the disk.
class Placer {
 public:
  /// All are lent: the descriptors of the output folder and of the folder of the parts.
  Placer(int output_fd, int part_fd, const NameCalls& calls = kernel_calls())
      : output_(output_fd), parts_(part_fd), calls_(calls) {}

  /// Gives the parts their names. A name that is taken is never touched: the part gets another one
  /// (other_name()), which the ledger notes before it is used. A name that the file system refuses
  /// gets another form (tamer_form()): shorter, with other letters, or without its folders where a
  /// file or a link stands in the place of one. Parts that are gone are given up in the ledger.
  /// Error: the output or the ledger cannot be written, or takes no name of any form. What is then
  /// neither placed nor has a problem stays noted under its first name, and the next run places it.
  [[nodiscard]] Result<> place(std::span<PartToPlace> parts, Ledger& ledger) const;

  /// Moves the part `part_name` to `name` (relative, clean), and makes the folders on its way.
  /// Replaces nothing but a file that is `replaces`; never follows a symbolic link. `bytes`: if it
  /// turns out then not to be a whole part of that size, the name is taken back. Returns 0,
  /// kReplaced if so, or an errno value: EEXIST if something else lies there, ENOTDIR or ELOOP if a
  /// file or a link stands in the place of a folder.
  [[nodiscard]] int move(const std::string& part_name, const std::string& name,
                         const std::optional<FileStamp>& replaces,
                         std::optional<std::uint64_t> bytes = {}) const;
  static constexpr int kReplaced = -1;
  /// Only ENOENT says that it is gone.
  [[nodiscard]] bool has_part(const std::string& part_name) const;
  /// False: the error comes from this link's name or part. True: it would meet every link, or it
  /// passes, as a shortage of descriptors does; in both cases the part is not to be given up.
  [[nodiscard]] static bool concerns_the_output(int error);

  /// Removes a part that nobody wants any more, and its sidecar.
  void discard(const std::string& part_name) const;
  /// The same, unless a later attempt may be able to resume it: only a part that has no sidecar for
  /// certain is removed.
  void discard_unless_resumable(const std::string& part_name) const;

  [[nodiscard]] int output_fd() const { return output_; }
  [[nodiscard]] int part_fd() const { return parts_; }

 private:
  [[nodiscard]] Result<> place_all(std::span<PartToPlace> parts, Ledger& ledger,
                                   std::vector<Unplaced>& given_up) const;

  int output_;
  int parts_;
  const NameCalls& calls_;
};

}  // namespace fanfetch
