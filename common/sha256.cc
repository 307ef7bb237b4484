#include "common/sha256.h"

#include <openssl/evp.h>

#include <charconv>
#include <new>

namespace fanfetch {
namespace {

/// EVP_sha256() would be looked up among all algorithms each time that it is used.
const EVP_MD* algorithm() {
  static EVP_MD* const fetched = [] {
    EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (found == nullptr) throw std::bad_alloc();  // it is tried again
    return found;
  }();
  return fetched;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  // OpenSSL fails here only if memory is exhausted.
  if (!context_ || EVP_DigestInit_ex(context_.get(), algorithm(), nullptr) != 1) {
    throw std::bad_alloc();
  }
}

Sha256::Sha256(const Sha256& other) : context_(EVP_MD_CTX_new()) {
  if (!context_ || EVP_MD_CTX_copy_ex(context_.get(), other.context_.get()) != 1) {
    throw std::bad_alloc();
  }
}

void Sha256::update(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest{};
  EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
  EVP_DigestInit_ex(context_.get(), nullptr, nullptr);  // nullptr: the same algorithm again
  return digest;
}

Sha256Digest sha256(std::string_view text) {
  // To make a context takes longer than to hash a URL.
  thread_local Sha256 hasher;
  hasher.update(std::as_bytes(std::span(text)));
  return hasher.finish();
}

std::uint64_t first_bits(std::span<const std::uint8_t> digest) {
  std::uint64_t bits = 0;
  for (const std::uint8_t byte : digest.first(sizeof bits)) bits = bits << 8 | byte;
  return bits;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(bytes.size() * 2, '\0');
  char* at = text.data();
  for (const auto byte : bytes) {
    *at++ = kDigits[byte >> 4];
    *at++ = kDigits[byte & 15];
  }
  return text;
}

std::optional<Sha256Digest> digest_from_hex(std::string_view text) {
  Sha256Digest digest;
  if (text.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const char* pair = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(pair, pair + 2, digest[i], 16);
    if (error != std::errc() || end != pair + 2) return std::nullopt;
  }
  return digest;
}

}  // namespace fanfetch
