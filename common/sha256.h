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

/// SHA-256 over bytes that arrive in pieces (OpenSSL, which uses SHA-NI where the CPU has it).
class Sha256 {
 public:
  Sha256();
  /// A copy goes on from the same bytes, apart from the original.
  Sha256(const Sha256& other);
  Sha256(Sha256&&) noexcept = default;
  Sha256& operator=(Sha256&&) noexcept = default;
  ~Sha256() = default;

  void update(std::span<const std::byte> bytes);
  /// The digest of all that was given; the object starts anew afterwards.
  [[nodiscard]] Sha256Digest finish();
  /// The digest of all that was given so far; more may follow.
  [[nodiscard]] Sha256Digest snapshot() const { return Sha256(*this).finish(); }

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

[[nodiscard]] Sha256Digest sha256(std::string_view text);

/// Lower-case hexadecimal, two characters a byte.
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);
/// The other way round; none: it is no digest in hexadecimal.
[[nodiscard]] std::optional<Sha256Digest> digest_from_hex(std::string_view text);

}  // namespace fanfetch
