#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/unique_fd.h"
#include "tests/support/temp_dir.h"

namespace fanfetch::support {

/// A real DNS server on loopback while this lives. It knows the names given by options
/// (`--host-record=a.test,192.0.2.1`); no other names below .test exist; it queries no other
/// server.
class Dnsmasq {
 public:
  /// Returns once it answers queries. Throws std::runtime_error if it does not.
  explicit Dnsmasq(std::vector<std::string> options);
  Dnsmasq(const Dnsmasq&) = delete;
  Dnsmasq& operator=(const Dnsmasq&) = delete;
  ~Dnsmasq();

  /// `127.0.0.1:PORT`, for --dns.
  [[nodiscard]] std::string server() const;
  /// How often its log says `question`: `query[A] a.test` for a name, `query[A]` for all names.
  [[nodiscard]] std::size_t count(std::string_view question) const;

 private:
  [[nodiscard]] std::string log() const;

  TempDir folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace fanfetch::support
