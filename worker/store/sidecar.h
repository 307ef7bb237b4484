#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/sha256.h"

namespace fanfetch {

/// Bounds a sidecar to some 160 KiB. Enough for 64 GiB at 16 MiB per checkpoint; for more, every
/// other one is removed.
inline constexpr std::size_t kMaxCheckpoints = 4096;

/// The hash of a part's first `offset` bytes, as they were written.
struct Checkpoint {
  std::uint64_t offset = 0;
  Sha256Digest prefix{};

  bool operator==(const Checkpoint&) const = default;
};

/// What the next attempt needs to resume a part; a file next to the part (common/part_name.h). It
/// is written after the bytes that it describes, and neither is synced. After a power cut the
/// part's length proves nothing, nor does the presence of a sidecar: only bytes whose hash matches
/// a checkpoint count.
struct Sidecar {
  std::string part_name;
  std::string etag;          ///< Strong.
  std::uint64_t length = 0;  ///< Of the whole file.
  // A 206 may leave these out (RFC 9110, 15.3.7):
  std::string content_type, last_modified;

  std::vector<Checkpoint> checkpoints;  ///< Offsets rise strictly, above 0 and below `length`.
};

/// Whether it is a validator that promises the same bytes (RFC 9110, 8.8.3), and not cut off.
[[nodiscard]] bool is_strong_etag(std::string_view etag);

[[nodiscard]] std::vector<std::byte> encode(const Sidecar& sidecar);

/// Checks everything, as the file may hold anything after a power cut. nullopt: it is damaged, of
/// another version, or of another part than `part_name`.
[[nodiscard]] std::optional<Sidecar> decode_sidecar(std::span<const std::byte> bytes,
                                                    std::string_view part_name);

/// The size of the longest sidecar.
[[nodiscard]] std::size_t max_sidecar_bytes();

}  // namespace fanfetch
