#pragma once

#include <memory>
#include <string_view>

struct x509_store_st;

namespace fanfetch {

/// The certificates of a PEM bundle that lies in memory. They are looked through for the first
/// connection that verifies a server, so that a run without any does not wait for it. Each is
/// parsed when a chain first asks for its subject, and then kept: OpenSSL takes 20 to 28 ms to
/// parse Debian's bundle of 140, of which a run needs a few. Outlives the CurlEasy that trusts it.
/// Thread: one at a time.
class TrustStore {
 public:
  /// `bundle` is lent until is_empty() or native() was called first. What cannot be understood of
  /// it is not trusted; without a certificate the store is empty, and then no server can be
  /// verified. Throws std::bad_alloc.
  [[nodiscard]] static TrustStore of(std::string_view bundle);
  TrustStore(TrustStore&&) noexcept;
  ~TrustStore();

  // Both look the bundle through, if that was not done. Throw std::bad_alloc.

  [[nodiscard]] bool is_empty() const;
  /// OpenSSL's object; lent.
  [[nodiscard]] x509_store_st* native() const;

 private:
  struct Parts;
  explicit TrustStore(std::unique_ptr<Parts> parts);
  [[nodiscard]] const Parts& index() const;

  std::unique_ptr<Parts> parts_;
};

}  // namespace fanfetch
