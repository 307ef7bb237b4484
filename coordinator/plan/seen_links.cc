#include "coordinator/plan/seen_links.h"

#include <cstring>

namespace fanfetch {

std::optional<std::uint64_t> SeenLinks::add(const Sha256Digest& hash, std::uint64_t index) {
  Entry entry;
  std::memcpy(&entry.high, hash.data(), sizeof entry.high);
  std::memcpy(&entry.low, hash.data() + sizeof entry.high, sizeof entry.low);
  entry.index = index;
  if (entry.is_free()) entry.low = 1;  // shares 0...01's place: no likelier than any collision
  const Entry* earlier = table_.insert(entry);
  if (earlier == nullptr) return std::nullopt;
  return earlier->index;
}

}  // namespace fanfetch
