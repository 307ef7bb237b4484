#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "common/sha256.h"

namespace fanfetch {

/// A picture that a server sends, with status 200, in place of one that is gone.
struct Placeholder {
  std::uint64_t bytes = 0;
  std::string_view sha256;  ///< In hexadecimal.
  std::string_view what;    ///< "Imgur's …": for people.
};

/// The placeholders that are known. Tests that run the real worker link a table of their own.
[[nodiscard]] std::span<const Placeholder> known_placeholders();

/// Recognises them by size and hash, so that hardly any body has to be hashed for it.
class Placeholders {
 public:
  /// `table`: lent.
  explicit Placeholders(std::span<const Placeholder> table) : table_(table) {}

  /// Some placeholder is as long.
  [[nodiscard]] bool has_size(std::uint64_t bytes) const;
  /// What it is; none: no placeholder.
  [[nodiscard]] std::optional<std::string_view> find(std::uint64_t bytes,
                                                     const Sha256Digest& digest) const;

 private:
  std::span<const Placeholder> table_;
};

}  // namespace fanfetch
