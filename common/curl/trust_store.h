#pragma once

#include <memory>
#include <string>

struct x509_store_st;

namespace fanfetch {

/// The certificates of a PEM bundle, in memory: no file is read after open(). They are looked
/// through for the first connection that verifies a server, so that a run without any does not wait
/// for it. Each is parsed when a chain first asks for its subject, and then kept: OpenSSL takes 20
/// to 28 ms to parse Debian's bundle of 140, of which a run needs a few. Outlives the CurlEasy that
/// trusts it. Thread: one at a time.
class TrustStore {
 public:
  /// What cannot be read is not trusted; a file that cannot, or without a certificate, leaves the
  /// store empty, and then no server can be verified. Throws std::bad_alloc.
  [[nodiscard]] static TrustStore open(const std::string& path);
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
