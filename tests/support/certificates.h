#pragma once

#include <string>

namespace fanfetch::support {

/// PEM files of a server.
struct Certificate {
  std::string chain;  ///< Its own certificate, then the intermediate ones.
  std::string key;
};

/// A certificate authority of a test's own, made by the openssl program: a root, which clients may
/// trust, and an intermediate certificate that signs those of servers. All throw std::runtime_error
/// if openssl fails.
class Authority {
 public:
  /// Writes its files into `folder`, which must outlive it and what it issues.
  explicit Authority(std::string folder);

  /// The file for `--cacert`.
  [[nodiscard]] std::string root() const { return file("root.pem"); }

  struct Wish {
    std::string host;  ///< `IP:127.0.0.1` or `DNS:name`.
    int days = 2;      ///< From now on; negative: it has expired.
    bool whole_chain = true;
  };
  [[nodiscard]] Certificate issue(const Wish& wish);
  /// One that nobody but itself vouches for.
  [[nodiscard]] Certificate self_signed(const std::string& host);

 private:
  [[nodiscard]] std::string file(const std::string& name) const { return folder_ + '/' + name; }
  void openssl(const std::string& arguments) const;
  void request(const std::string& name, const std::string& subject, const std::string& extension);

  std::string folder_;
  int issued_ = 0;
};

}  // namespace fanfetch::support
