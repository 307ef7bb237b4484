#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "common/clock.h"
#include "common/sha256.h"
#include "worker/store/file_store.h"

namespace fanfetch {

/// One body on its way into its part: counts and hashes what comes, and leaves checkpoints behind,
/// so that a file that was cut off can be gone on from.
class PartWriter {
 public:
  /// What is lost by starting over below this is not worth a note.
  static constexpr std::uint64_t kFirstCheckpoint = 1024 * 1024;
  /// A killed process loses at most so many bytes of a file …
  static constexpr std::uint64_t kCheckpointStep = 16 * 1024 * 1024;
  /// … and about so much time.
  static constexpr Duration kCheckpointInterval = std::chrono::seconds(5);

  enum class Hash { no, yes };

  /// A body from its start that cannot be gone on from.
  PartWriter(std::unique_ptr<StoredFile> file, Hash hash);
  /// One that can: hashed in any case, for the checkpoints. `sidecar`: without any.
  PartWriter(std::unique_ptr<StoredFile> file, Sidecar sidecar);
  /// Goes on with a part that ends at the last of `sidecar`'s checkpoints, and whose bytes `hash`
  /// has been given.
  PartWriter(std::unique_ptr<StoredFile> file, Sidecar sidecar, Sha256 hash);

  /// Returns 0 or an errno value.
  [[nodiscard]] int append(std::span<const std::byte> bytes);
  /// Reads back from `offset`, see StoredFile::read(). REQUIRES: comes before commit().
  [[nodiscard]] ssize_t read(std::uint64_t offset, std::span<std::byte> bytes) {
    return file_->read(offset, bytes);
  }
  /// SHA-256 of what is in the file, for a body that was not hashed as it came. None: it cannot be
  /// read. REQUIRES: comes before commit().
  [[nodiscard]] std::optional<Sha256Digest> read_digest();
  /// All is there. Returns 0 or an errno value.
  [[nodiscard]] int commit() { return file_->commit(); }

  /// Adds a checkpoint if the last one is kCheckpointInterval old and bytes have come since; it
  /// replaces the last one that came this way, so that the sidecar does not grow. Call about once
  /// a second.
  void checkpoint_in_time(Instant now);

  /// Leaves the part to the next attempt up to its last checkpoint; without one it vanishes.
  /// Returns where the next attempt resumes, 0: at the start.
  std::uint64_t keep();
  /// The same with a checkpoint after the last byte, if the part has kFirstCheckpoint bytes.
  std::uint64_t keep_all();
  /// The same with a checkpoint after the last byte in any case: the run is being stopped.
  std::uint64_t keep_every_byte();

  /// Bytes in the file, those of earlier attempts too.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// SHA-256 of them all. REQUIRES: they are hashed; called last.
  [[nodiscard]] Sha256Digest digest() { return hash_->finish(); }
  /// What it was told about the file; none: it cannot be gone on from.
  [[nodiscard]] const std::optional<Sidecar>& sidecar() const { return sidecar_; }

 private:
  enum class Lasting { no, yes };

  void add_checkpoint(Lasting lasting);
  /// Its offset; 0: there is none.
  [[nodiscard]] std::uint64_t last_checkpoint() const;

  std::unique_ptr<StoredFile> file_;
  std::optional<Sha256> hash_;
  std::optional<Sidecar> sidecar_;  // its checkpoints are those on the disk
  std::uint64_t size_ = 0;
  std::uint64_t next_checkpoint_ = kFirstCheckpoint;
  bool last_is_provisional_ = false;   // the next checkpoint replaces it
  std::optional<Instant> next_look_;   // by time; nullopt: not looked yet
  std::uint64_t seen_checkpoint_ = 0;  // last_checkpoint() at the last look
};

}  // namespace fanfetch
