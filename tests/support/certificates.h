#pragma once

#include <string>

namespace fanfetch::support {

/// PEM files of a certificate chain (the server's certificate first) and of its private key.
struct Certificate {
  std::string cert, key;
};

struct CertificateWish {
  std::string host = "IP:127.0.0.1";  ///< subjectAltName; empty: a CA without one.
  int days = 2;                       ///< Days of validity from now; negative: expired.
  std::string issuer = {};            ///< Name of an earlier one; empty: self-signed.
};

/// Makes `folder/NAME.pem` and `NAME.key` with the program openssl. Throws std::runtime_error.
Certificate make_certificate(const std::string& folder, const std::string& name,
                             const CertificateWish& wish = {});

/// A certificate authority for one test: a root, which clients may trust, and an intermediate
/// certificate that signs those of servers. All functions throw std::runtime_error.
class Authority {
 public:
  /// Writes its files into `folder`, which must outlive it and what it issues.
  explicit Authority(std::string folder);

  /// The file for `--cacert`.
  [[nodiscard]] std::string root() const { return folder_ + "/root.pem"; }

  struct Wish {
    std::string host;  ///< `IP:127.0.0.1` or `DNS:name`.
    int days = 2;      ///< Valid from now; negative: expired.
    bool whole_chain = true;
  };
  [[nodiscard]] Certificate issue(const Wish& wish);
  /// A certificate that is signed only by itself.
  [[nodiscard]] Certificate self_signed(const std::string& host);

 private:
  [[nodiscard]] std::string next_name();

  std::string folder_;
  int issued_ = 0;
};

}  // namespace fanfetch::support
