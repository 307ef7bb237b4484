#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace fanfetch {

/// A set of small values with open addressing: no allocation an entry, no pointers. Linear probing;
/// doubles when three quarters are taken, so an entry costs 1.33 to 2.67 times its size (and during
/// a doubling the old table beside the new one). Private to plan/: SeenLinks and TakenNames.
///
/// Entry: trivially copyable; a zeroed one `is_free()`; `bits()` are well mixed; `is_same(other)`.
template <class Entry>
class OpenTable {
 public:
  /// Puts `entry` in. Returns the one that was there and is the same, or null.
  /// REQUIRES: !entry.is_free(). The pointer is valid until the next call.
  const Entry* insert(const Entry& entry) {
    if ((size_ + 1) * 4 > entries_.size() * 3) grow();
    Entry& place = place_of(entry);
    if (!place.is_free()) return &place;
    place = entry;
    ++size_;
    return nullptr;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t capacity() const { return entries_.size(); }

 private:
  static constexpr std::size_t kFirstCapacity = 64;  // a power of two, as every later one

  Entry& place_of(const Entry& entry) {
    const std::size_t mask = entries_.size() - 1;
    std::size_t at = static_cast<std::size_t>(entry.bits()) & mask;
    while (!entries_[at].is_free() && !entries_[at].is_same(entry)) at = (at + 1) & mask;
    return entries_[at];
  }

  void grow() {
    std::vector<Entry> smaller(entries_.empty() ? kFirstCapacity : entries_.size() * 2);
    smaller.swap(entries_);
    for (const Entry& entry : smaller) {
      if (!entry.is_free()) place_of(entry) = entry;
    }
  }

  std::vector<Entry> entries_;
  std::size_t size_ = 0;
};

}  // namespace fanfetch
