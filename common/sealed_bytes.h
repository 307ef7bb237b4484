#pragma once

#include <cstddef>
#include <string_view>

#include "common/result.h"

namespace fanfetch {

/// Bytes that nobody can change or cut short, mapped to be read: what a memfd with all of its seals
/// holds. Processes that map it share its pages, which take no time before they are read. They are
/// left out of core dumps, since a private key may be among them. Can be moved, not copied; one
/// made by default holds nothing.
class SealedBytes {
 public:
  /// All that the memfd holds. It may be closed afterwards. Error: it is not sealed, or cannot be
  /// mapped.
  [[nodiscard]] static Result<SealedBytes> map(int memfd);

  SealedBytes() = default;
  SealedBytes(SealedBytes&& other) noexcept;
  SealedBytes& operator=(SealedBytes&& other) noexcept;
  ~SealedBytes();

  /// Valid as long as this lives, also if it is moved.
  [[nodiscard]] std::string_view view() const { return {data_, size_}; }

 private:
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace fanfetch
