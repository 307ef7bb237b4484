#pragma once

#include <algorithm>

namespace fanfetch {

/// A part of a host that is too big for one machine: each piece of it has links of its own, and is
/// asked as if it were a host of its own, with its share of the host's limits. So the pieces
/// together keep to these at any moment, whichever machines have them, without a word between them.
struct HostPiece {
  unsigned number = 0;  ///< From 0.
  unsigned count = 1;   ///< Pieces of the host; 1: it is whole, as most are.

  bool operator==(const HostPiece&) const = default;
};

/// What a piece may use of a host's limit of concurrent requests. The sum of all pieces is `limit`;
/// one that is below their number counts as that number, as no piece can do with less than one.
/// REQUIRES: piece.number < piece.count.
[[nodiscard]] constexpr unsigned share_of_limit(unsigned limit, HostPiece piece) {
  const unsigned whole = std::max(limit, piece.count);
  return whole / piece.count + (piece.number < whole % piece.count ? 1 : 0);
}

}  // namespace fanfetch
