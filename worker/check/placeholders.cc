#include "worker/check/placeholders.h"

#include <algorithm>

namespace fanfetch {

bool Placeholders::has_size(std::uint64_t bytes) const {
  return std::any_of(table_.begin(), table_.end(),
                     [&](const Placeholder& one) { return one.bytes == bytes; });
}

std::optional<std::string_view> Placeholders::find(std::uint64_t bytes,
                                                   const Sha256Digest& digest) const {
  if (!has_size(bytes)) return std::nullopt;
  const std::string hex = to_hex(digest);
  for (const Placeholder& one : table_) {
    if (one.bytes == bytes && one.sha256 == hex) return one.what;
  }
  return std::nullopt;
}

}  // namespace fanfetch
