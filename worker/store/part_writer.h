#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "common/clock.h"
#include "common/sha256.h"
#include "worker/store/file_store.h"

namespace fanfetch {

/// Writes one body into its part: counts and hashes its bytes, and records checkpoints from which a
/// later attempt can resume.
class PartWriter {
 public:
  /// A smaller part is cheaper to fetch again than to check, unless it took long.
  static constexpr std::uint64_t kFirstCheckpoint = 1024 * 1024;
  /// Bytes between two checkpoints: the most that a killed process loses of a fast file.
  static constexpr std::uint64_t kCheckpointStep = 16 * 1024 * 1024;
  /// The same in time, for a slow one; checkpoint_in_time() adds the time between its calls.
  static constexpr Duration kCheckpointInterval = std::chrono::seconds(5);

  enum class Hash { no, yes };

  /// A body from its start that cannot be resumed.
  PartWriter(std::unique_ptr<StoredFile> file, Hash hash);
  /// One that can; always hashed, for the checkpoints. REQUIRES: `sidecar` has none yet.
  PartWriter(std::unique_ptr<StoredFile> file, Sidecar sidecar);
  /// Resumes a part that ends at the last of `sidecar`'s checkpoints; `hash` was given its bytes.
  PartWriter(std::unique_ptr<StoredFile> file, Sidecar sidecar, Sha256 hash);

  /// Returns 0 or an errno value.
  [[nodiscard]] int append(std::span<const std::byte> bytes);
  /// Reads back from `offset`, see StoredFile::read(). REQUIRES: comes before commit().
  [[nodiscard]] ssize_t read(std::uint64_t offset, std::span<std::byte> bytes) {
    return file_->read(offset, bytes);
  }
  /// SHA-256 of the file, read back, for a body that was not hashed while it was written. nullopt:
  /// it cannot be read. REQUIRES: comes before commit().
  [[nodiscard]] std::optional<Sha256Digest> read_digest();
  /// Call when the body is whole. Returns 0 or an errno value.
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

  /// Bytes in the file, including those of earlier attempts.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// SHA-256 of all of them. REQUIRES: they are hashed; called last.
  [[nodiscard]] Sha256Digest digest() { return hash_->finish(); }
  /// nullopt: it cannot be resumed.
  [[nodiscard]] const std::optional<Sidecar>& sidecar() const { return sidecar_; }

 private:
  enum class Lasting { no, yes };

  void add_checkpoint(Lasting lasting);
  /// The last checkpoint's offset; 0: there is none.
  [[nodiscard]] std::uint64_t last_checkpoint() const;

  std::unique_ptr<StoredFile> file_;
  std::optional<Sha256> hash_;
  std::optional<Sidecar> sidecar_;  // with the checkpoints that are on the disk
  std::uint64_t size_ = 0;
  std::uint64_t next_checkpoint_ = kFirstCheckpoint;
  bool last_is_provisional_ = false;   // the next checkpoint replaces it
  std::optional<Instant> next_look_;   // by time; nullopt: not looked yet
  std::uint64_t seen_checkpoint_ = 0;  // last_checkpoint() at the last look
};

}  // namespace fanfetch
