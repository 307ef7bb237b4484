#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/temp_dir.h"

namespace fanfetch::support {

/// A redis-server of Debian's on loopback, or a Sentinel, in a folder of its own, on an address
/// that no other test program uses. Ends with this object.
/// REQUIRES: made by the main thread (the server ends with the thread that started it).
class RealRedis {
 public:
  enum class Kind { server, sentinel };

  /// `config`: lines of its configuration beyond what it needs to run; `{tls}` in them is the port
  /// of tls_port(). Waits until it accepts connections. Throws std::runtime_error with its log.
  explicit RealRedis(std::vector<std::string> config = {}, Kind kind = Kind::server);
  RealRedis(const RealRedis&) = delete;
  RealRedis& operator=(const RealRedis&) = delete;
  ~RealRedis();

  /// The address that all servers of this program listen on.
  [[nodiscard]] static std::string address();
  /// A port that nobody listens on.
  [[nodiscard]] static std::uint16_t free_port();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint16_t tls_port() const { return tls_port_; }
  /// `redis://ADDRESS:PORT`
  [[nodiscard]] std::string url() const;

  /// SIGKILL, and waits for its end.
  void kill();
  /// Starts it again on the same port and folder. REQUIRES: it was killed.
  void start();
  /// Cuts so many bytes off the end of its append-only file, or all that it has, as a power cut
  /// does. REQUIRES: it was killed; its configuration says `appendonly yes`.
  void cut_log(std::uintmax_t bytes) const;
  /// SIGSTOP, and SIGCONT.
  void freeze() const;
  void thaw() const;

  /// What `redis-cli COMMAND` prints, one value a line; nothing if it does not answer.
  [[nodiscard]] std::string ask(std::string_view command) const;

 private:
  [[nodiscard]] std::string last_words() const;

  TempDir folder_;
  const Kind kind_;
  std::uint16_t port_ = 0;
  std::uint16_t tls_port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace fanfetch::support
