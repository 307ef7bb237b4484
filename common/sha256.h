#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace fanfetch {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// SHA-256 of bytes that arrive in pieces. OpenSSL computes it, with SHA-NI if the CPU has it.
class Sha256 {
 public:
  Sha256();
  /// The copy has taken the same bytes so far, and is independent of the original.
  Sha256(const Sha256& other);
  Sha256(Sha256&&) noexcept = default;
  Sha256& operator=(Sha256&&) noexcept = default;
  ~Sha256() = default;

  void update(std::span<const std::byte> bytes);
  /// The digest of all bytes given; afterwards the object is as new.
  [[nodiscard]] Sha256Digest finish();
  /// The digest of the bytes given so far; more may follow.
  [[nodiscard]] Sha256Digest snapshot() const { return Sha256(*this).finish(); }

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

[[nodiscard]] Sha256Digest sha256(std::string_view text);

/// The first 64 bits of a digest, most significant first: a number that spreads evenly what the
/// digest was taken of. `digest` has at least eight bytes.
[[nodiscard]] std::uint64_t first_bits(std::span<const std::uint8_t> digest);

/// Lower-case hexadecimal, two characters a byte.
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);
/// Reads what to_hex() writes. nullopt: `text` is not 64 hexadecimal digits.
[[nodiscard]] std::optional<Sha256Digest> digest_from_hex(std::string_view text);

}  // namespace fanfetch
