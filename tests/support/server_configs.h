#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace fanfetch::support {

/// The servers of Debian 12 that tests use. squid is a forward proxy, the others serve files.
enum class Software { nginx, apache, lighttpd, caddy, h2o, python, squid };

/// Its name in messages and in the names of tests.
[[nodiscard]] std::string name(Software software);

/// h2o speaks TLS 1.3 whatever its configuration says.
enum class TlsVersions { both, only_1_2, only_1_3 };

/// What a server must do.
struct Site {
  /// PEM files: the certificate, with its intermediate ones behind it, and its key. Empty: no TLS.
  std::string certificate = {};
  std::string key = {};
  TlsVersions tls = TlsVersions::both;
  std::string upstream = {};  ///< `HOST:PORT`, asked over HTTP for all below `/upstream/`.
  bool keep_alive = true;     ///< False: one request a connection (nginx, Apache, lighttpd, Caddy).
  bool http2 = false;         ///< nginx: offers it over TLS, by ALPN.
  int requests_a_connection = 1000;  ///< nginx.
  std::string password = {};         ///< squid: what user `us` must say; empty: nobody is asked.
};

/// Where it is to do it.
struct Place {
  std::string folder;  ///< Its own and writable; `www` in it is served.
  std::string address;
  std::uint16_t port = 0;
  std::uint16_t tls_port = 0;
};

/// How to start and end it: in the foreground, all its files in the place's folder, a line of JSON
/// in `access.log` for each request (Python's and squid's differ), answers compressed with gzip for
/// those who ask (not Python's).
struct ServerPlan {
  std::string program;  ///< Its whole path.
  std::string package;  ///< Where Debian has it.
  std::vector<std::string> args;
  std::map<std::string, std::string> files;  ///< To write into the folder first: name → text.
  int stop_signal = 0;                       ///< The graceful end, which loses no line of the log.
};

[[nodiscard]] ServerPlan plan_for(Software software, const Site& site, const Place& place);

}  // namespace fanfetch::support
