#include "coordinator/settle/replay.h"

#include <sys/stat.h>

#include "common/crash_point.h"
#include "coordinator/link/beneath.h"

namespace fanfetch {
namespace {

/// Whether the file that was noted lies there. A rename changes neither its inode nor its mtime.
bool is_there(int folder, const std::string& name, const UnfinishedRename& noted) {
  struct stat status {};
  return status_beneath(folder, name, status) == 0 && S_ISREG(status.st_mode) &&
         status.st_ino == noted.rename.inode && stamp_of(status) == noted.file;
}

/// The same, with any inode: the folder may have been copied or restored from a backup since.
bool is_restored(int folder, const UnfinishedRename& noted) {
  const auto stamp = stamp_of(folder, noted.name);
  return stamp && *stamp == noted.file;
}

}  // namespace

Result<> replay(SqliteLedger& ledger, const Placer& placer, const std::function<int()>& sync,
                const std::function<void()>& moved) {
  const auto pending = ledger.pending();
  if (!pending) return fail("{}", pending.error().message);
  if (pending->empty()) return {};
  std::vector<PartToPlace> parts;
  std::vector<Unplaced> lost;
  for (const UnfinishedRename& one : *pending) {
    if (moved) moved();
    if (is_there(placer.output_fd(), one.name, one)) {
      // A kill may have come between the link to its name and the end of the part's own.
      placer.discard(one.rename.part);
      continue;
    }
    if (is_there(placer.part_fd(), one.rename.part, one)) {
      parts.push_back({.row = one.row,
                       .part = one.rename.part,
                       .hash = one.hash,
                       .replaces = one.rename.replaces,
                       .name = one.name});
    } else if (!is_restored(placer.output_fd(), one)) {
      lost.push_back({one.row, "a kill, or somebody, took its file away; to be fetched again"});
    }
  }
  if (auto placed = placer.place(parts, ledger); !placed) return placed;
  crash_point("in_replay");
  if (!lost.empty()) {
    if (auto noted = ledger.give_up(lost); !noted) return fail("{}", noted.error().message);
  }
  if (const int error = sync(); error != 0) {
    return fail("cannot bring the files to the disk (syncfs): {}", errno_text(error));
  }
  if (auto cleared = ledger.clear_renames(); !cleared) {
    return fail("{}", cleared.error().message);
  }
  return {};
}

}  // namespace fanfetch
