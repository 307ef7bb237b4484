#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace fanfetch {

/// Writes values one after the other into a fixed buffer: integers in host order (both programs run
/// on one machine), strings after their 32-bit length. Check fits() once after the last value: it
/// is false if anything did not fit.
class ByteWriter {
 public:
  explicit ByteWriter(std::span<std::byte> buffer) : buffer_(buffer) {}

  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  void put(T value) { append(&value, sizeof value); }
  void put(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    append(text.data(), text.size());
  }
  void put_raw(std::span<const std::uint8_t> bytes) { append(bytes.data(), bytes.size()); }

  [[nodiscard]] bool fits() const { return fits_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  void append(const void* bytes, std::size_t count) {
    fits_ = fits_ && count <= buffer_.size() - size_;
    if (!fits_ || count == 0) return;
    std::memcpy(buffer_.data() + size_, bytes, count);
    size_ += count;
  }

  std::span<std::byte> buffer_;
  std::size_t size_ = 0;
  bool fits_ = true;
};

/// Reads what a ByteWriter wrote, and trusts nothing: a read past the end returns zero or "", and
/// ok() is false from then on.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  requires std::is_integral_v<T> T get() {
    T value{};
    if (const auto* from = take(sizeof value)) std::memcpy(&value, from, sizeof value);
    return value;
  }
  std::string get_string() {
    const auto size = get<std::uint32_t>();
    const auto* from = take(size);
    return from == nullptr ? "" : std::string(reinterpret_cast<const char*>(from), size);
  }
  void get_raw(std::span<std::uint8_t> bytes) {
    if (const auto* from = take(bytes.size())) std::memcpy(bytes.data(), from, bytes.size());
  }

  [[nodiscard]] bool ok() const { return ok_; }
  /// Every value was there, and no byte is left over.
  [[nodiscard]] bool complete() const { return ok_ && bytes_.empty(); }

 private:
  const std::byte* take(std::size_t count) {
    ok_ = ok_ && count <= bytes_.size();
    if (!ok_) return nullptr;
    const auto* from = bytes_.data();
    bytes_ = bytes_.subspan(count);
    return from;
  }

  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

}  // namespace fanfetch
