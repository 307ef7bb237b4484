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

/// Bounds a sidecar to some 160 KiB, however long its part is: 64 GiB at 16 MiB a checkpoint;
/// beyond, every other one is dropped.
inline constexpr std::size_t kMaxCheckpoints = 4096;

/// What the first `offset` bytes of a part were when they were written.
struct Checkpoint {
  std::uint64_t offset = 0;
  Sha256Digest prefix{};

  bool operator==(const Checkpoint&) const = default;
};

/// What the next attempt must know to go on with a part that was cut off. Lies beside the part, as
/// kSidecarSuffix says (common/part_name.h). A part's length proves nothing after a power cut, nor
/// does the sidecar's being there: bytes count once they match a checkpoint.
struct Sidecar {
  std::string part_name;
  std::string etag;          ///< Strong.
  std::uint64_t length = 0;  ///< Of the whole file.
  // A 206 may leave these out (RFC 9110, 15.3.7):
  std::string content_type, last_modified;

  std::vector<Checkpoint> checkpoints;  ///< Offsets rise, from above 0 to below `length`.
};

/// A validator that promises the same bytes (RFC 9110, 8.8.3), short enough to be whole.
[[nodiscard]] bool is_strong_etag(std::string_view etag);

[[nodiscard]] std::vector<std::byte> encode(const Sidecar& sidecar);

/// Trusts nothing: after a power cut the file may hold anything. None: damaged, another version's,
/// or not that of `part_name`.
[[nodiscard]] std::optional<Sidecar> decode_sidecar(std::span<const std::byte> bytes,
                                                    std::string_view part_name);

/// No sidecar is longer.
[[nodiscard]] std::size_t max_sidecar_bytes();

}  // namespace fanfetch
