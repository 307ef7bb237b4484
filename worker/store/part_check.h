#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "common/sha256.h"
#include "worker/store/file_store.h"
#include "worker/store/part_writer.h"

namespace fanfetch {

/// Proves how much of an earlier attempt's part is sound: reads it from its start and compares its
/// hash with each checkpoint. After a power cut a part may have its length but not its bytes. Works
/// in slices, so that the process's other transfers and its heartbeat continue.
class PartCheck {
 public:
  /// Takes some milliseconds to read and hash.
  static constexpr std::size_t kSliceBytes = 4 * 1024 * 1024;

  enum class State {
    busy,        ///< More is to be read: call step() again.
    proved,      ///< The part now ends at its last true checkpoint: take() it.
    useless,     ///< It has no true checkpoint. It vanishes with this object.
    unreadable,  ///< See error(). Nothing is proven; part and sidecar stay as they are.
  };

  explicit PartCheck(OldPart part)
      : file_(std::move(part.file)), sidecar_(std::move(part.sidecar)) {}

  /// Does one slice.
  [[nodiscard]] State step();
  /// REQUIRES: step() said `proved`; called once.
  [[nodiscard]] PartWriter take();
  /// Leaves part and sidecar as they are: the run is being stopped. REQUIRES: step() said `busy`,
  /// or was not called.
  void keep() { file_->keep(); }
  /// An errno value. REQUIRES: step() said `unreadable`.
  [[nodiscard]] int error() const { return error_; }

 private:
  /// Reads at most `budget` bytes, which it takes off, or up to the next checkpoint. False: no
  /// further checkpoint is true, or the part cannot be read.
  [[nodiscard]] bool advance(std::size_t& budget);
  [[nodiscard]] State conclude();
  [[nodiscard]] State give_up(int error);

  std::unique_ptr<StoredFile> file_;
  Sidecar sidecar_;
  Sha256 hash_;             // of all bytes read
  Sha256 proved_hash_;      // up to the last true checkpoint
  std::uint64_t read_ = 0;  // bytes
  std::size_t proved_ = 0;  // checkpoints
  int error_ = 0;
};

}  // namespace fanfetch
