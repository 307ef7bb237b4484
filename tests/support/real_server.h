#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/unique_fd.h"
#include "tests/support/server_configs.h"
#include "tests/support/temp_dir.h"

namespace fanfetch::support {

/// A request, from the server's own log.
struct LoggedRequest {
  std::string path;      ///< As requested; squid's: method, space, URL or `HOST:PORT`.
  std::string protocol;  ///< `HTTP/2.0` (nginx; else empty).
  int status = 0;
  std::uint64_t bytes = 0;        ///< Of body, as sent; 0: not logged (Python, squid).
  std::uint16_t client_port = 0;  ///< Identifies the connection; 0: not logged (Python, squid).
};

/// How many connections the requests used.
[[nodiscard]] std::size_t count_connections(const std::vector<LoggedRequest>& requests);

/// A web server of Debian's on loopback, in the foreground and in its own folder; as user nobody if
/// the tests run as root. Listens on an address that no other test program uses, so that none can
/// take its ports. Ends with this object, with all its children.
/// REQUIRES: made by the main thread (the server stops when the thread that started it ends).
class RealServer {
 public:
  /// Waits until it accepts connections. Throws std::runtime_error: it names the package if the
  /// program is missing, and holds the server's output if it does not start.
  explicit RealServer(Software software, Site site = {});
  RealServer(const RealServer&) = delete;
  RealServer& operator=(const RealServer&) = delete;
  ~RealServer();

  /// The address that all servers of this program listen on.
  [[nodiscard]] static std::string address();

  /// Serves a file under `name`. Each is some minutes newer than the one before, because servers
  /// distinguish versions by seconds.
  void put(std::string_view name, std::string_view bytes) const;
  /// Takes away the server's permission to read that file.
  void forbid(std::string_view name) const;

  /// `http://ADDRESS:PORT` and `path`; the same over TLS.
  [[nodiscard]] std::string url(std::string_view path = "") const;
  [[nodiscard]] std::string tls_url(std::string_view path = "") const;
  [[nodiscard]] std::uint16_t port() const { return place_.port; }

  /// A raw connection to it; invalid if it does not accept.
  [[nodiscard]] UniqueFd connect() const { return connect_to(place_.port); }

  /// Asks it to end, and kills it after some seconds. False: it was killed.
  bool stop();

  /// Its requests, oldest first. REQUIRES: it is stopped, because servers write their logs late.
  [[nodiscard]] std::vector<LoggedRequest> requests() const;

 private:
  void start();
  [[nodiscard]] static UniqueFd connect_to(std::uint16_t port);
  [[nodiscard]] bool has_ended();
  [[nodiscard]] std::string last_words() const;

  TempDir folder_;
  Software software_;
  Place place_;
  ServerPlan plan_;
  bool speaks_tls_ = false;
  pid_t pid_ = -1;
  mutable int files_put_ = 0;
};

}  // namespace fanfetch::support
