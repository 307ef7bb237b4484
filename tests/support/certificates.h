#pragma once

#include <string>

namespace fanfetch::support {

/// A certificate (its own, then those that lead to the root) and its private key, as PEM files.
struct Certificate {
  std::string cert, key;
};

struct CertificateWish {
  std::string host = "IP:127.0.0.1";  ///< subjectAltName; empty: none, and it may sign others.
  int days = 2;                       ///< From now until it ends; negative: it has ended.
  std::string issuer = {};            ///< Name of an earlier one; empty: it vouches for itself.
};

/// Makes `folder/NAME.pem` and `NAME.key` with the program openssl. Throws std::runtime_error.
Certificate make_certificate(const std::string& folder, const std::string& name,
                             const CertificateWish& wish = {});

/// A certificate authority of a test's own: a root, which clients may trust, and an intermediate
/// certificate that signs those of servers. All throw std::runtime_error.
class Authority {
 public:
  /// Writes its files into `folder`, which must outlive it and what it issues.
  explicit Authority(std::string folder);

  /// The file for `--cacert`.
  [[nodiscard]] std::string root() const { return folder_ + "/root.pem"; }

  struct Wish {
    std::string host;  ///< `IP:127.0.0.1` or `DNS:name`.
    int days = 2;      ///< From now on; negative: it has expired.
    bool whole_chain = true;
  };
  [[nodiscard]] Certificate issue(const Wish& wish);
  /// One that nobody but itself vouches for.
  [[nodiscard]] Certificate self_signed(const std::string& host);

 private:
  [[nodiscard]] std::string next_name();

  std::string folder_;
  int issued_ = 0;
};

}  // namespace fanfetch::support
