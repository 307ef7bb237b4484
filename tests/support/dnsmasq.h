#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/unique_fd.h"
#include "tests/support/temp_dir.h"

namespace fanfetch::support {

/// A real DNS server on loopback, for as long as this lives. It knows what its options say
/// (`--host-record=a.test,192.0.2.1`), all else below .test does not exist, and it asks nobody.
class Dnsmasq {
 public:
  /// Returns once it answers. Throws std::runtime_error if it does not.
  explicit Dnsmasq(std::vector<std::string> options);
  Dnsmasq(const Dnsmasq&) = delete;
  Dnsmasq& operator=(const Dnsmasq&) = delete;
  ~Dnsmasq();

  /// `127.0.0.1:PORT`, for --dns.
  [[nodiscard]] std::string server() const;
  /// How often it was asked: `query[A] a.test`; ends of lines do not count, so `query[A]` is all.
  [[nodiscard]] std::size_t count(std::string_view question) const;

 private:
  [[nodiscard]] std::string log() const;

  TempDir folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace fanfetch::support
