#pragma once

#include <memory>
#include <string>
#include <utility>

struct x509_store_st;

namespace fanfetch {

/// The certificates of a PEM bundle, in memory: no file is opened after read(). Each is parsed when
/// a chain first asks for its subject, and then kept: OpenSSL takes 20 to 28 ms to parse Debian's
/// bundle of 140, of which a run needs a few. Outlives the CurlEasy that trusts it.
/// Thread: one at a time.
class TrustStore {
 public:
  /// What cannot be read is not trusted; a file that cannot, or without a certificate, leaves the
  /// store empty, and then no server can be verified. Throws std::bad_alloc.
  [[nodiscard]] static TrustStore read(const std::string& path);

  [[nodiscard]] bool is_empty() const { return empty_; }
  /// OpenSSL's object; lent.
  [[nodiscard]] x509_store_st* native() const { return store_.get(); }

 private:
  struct Free {
    void operator()(x509_store_st* store) const;
  };
  explicit TrustStore(std::unique_ptr<x509_store_st, Free> store, bool empty)
      : store_(std::move(store)), empty_(empty) {}

  std::unique_ptr<x509_store_st, Free> store_;
  bool empty_;
};

}  // namespace fanfetch
