#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "common/sha256.h"

namespace fanfetch {

/// A picture that a server sends with status 200 instead of one that was removed.
struct Placeholder {
  std::uint64_t bytes = 0;
  std::string_view sha256;  ///< In hexadecimal.
  std::string_view what;    ///< For the user: "Imgur's picture for …".
};

/// All known placeholders. Tests that run the real worker link another table.
[[nodiscard]] std::span<const Placeholder> known_placeholders();

/// Recognises placeholders by size, then by hash, so that few bodies have to be hashed for it.
class Placeholders {
 public:
  /// `table` is lent.
  explicit Placeholders(std::span<const Placeholder> table) : table_(table) {}

  /// Whether some placeholder has this size.
  [[nodiscard]] bool has_size(std::uint64_t bytes) const;
  /// Placeholder::what; nullopt: it is not a placeholder.
  [[nodiscard]] std::optional<std::string_view> find(std::uint64_t bytes,
                                                     const Sha256Digest& digest) const;

 private:
  std::span<const Placeholder> table_;
};

}  // namespace fanfetch
