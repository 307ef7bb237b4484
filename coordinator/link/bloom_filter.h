#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace fanfetch {

/// A set that may take a key for a member that is none, but no member for none: says cheaply that a
/// look-up would find nothing. Bounded: 1 MiB; when it has kMost keys, it takes all for members.
/// Keys are hashes, with 64 evenly distributed bits. Thread: one at a time.
class BloomFilter {
 public:
  /// With twelve bits a key, four of which are set in one word, one of eighty other keys is taken
  /// for a member (bloom_filter_test allows one of sixty).
  static constexpr std::size_t kWords = 128 * 1024;
  static constexpr std::size_t kMost = kWords * 64 / 12;

  /// Adds `key`. Returns whether it may have been there before.
  bool add(std::uint64_t key) {
    if (size_ == kMost) return true;
    std::uint64_t& word = words_[key % kWords];
    std::uint64_t bits = 0;
    for (unsigned shift = 40; shift < 64; shift += 6)
      bits |= std::uint64_t{1} << (key >> shift) % 64;
    if ((word & bits) == bits) return true;
    word |= bits;
    ++size_;
    return false;
  }

 private:
  struct Free {
    void operator()(std::uint64_t* words) const { std::free(words); }
  };
  static std::uint64_t* zeros() {
    // Of a short list most of it is never touched, and calloc() does not either.
    auto* words = static_cast<std::uint64_t*>(std::calloc(kWords, sizeof(std::uint64_t)));
    if (words == nullptr) throw std::bad_alloc();
    return words;
  }

  std::unique_ptr<std::uint64_t[], Free> words_{zeros()};
  std::size_t size_ = 0;
};

}  // namespace fanfetch
