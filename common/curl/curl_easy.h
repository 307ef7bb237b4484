#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/curl/curl_list.h"
#include "common/http/exchange_end.h"
#include "common/http/response_head.h"
#include "common/timings.h"

struct sockaddr;

namespace fanfetch {

class RecordLimit;
class TrustStore;

/// Takes a response as libcurl receives it. Abstract because libcurl calls back from C. REQUIRES:
/// does not throw; an exception cannot pass through libcurl.
class CurlResponseHandler {
 public:
  virtual ~CurlResponseHandler() = default;
  /// The head is there, for read_head(); not that of a 1xx or of a response to CONNECT. False: no
  /// more is wanted, and the transfer ends as `stopped`.
  [[nodiscard]] virtual bool on_head() noexcept = 0;
  /// After `later`, libcurl hands the bytes over again when CurlEasy::resume() is called.
  [[nodiscard]] virtual Taken on_body(std::span<const std::byte> bytes) noexcept = 0;
};

/// Is asked before each connection.
class CurlAddressGuard {
 public:
  virtual ~CurlAddressGuard() = default;
  [[nodiscard]] virtual bool may_connect(const sockaddr& address) noexcept = 0;
};

/// Is asked when a connection is there, before the request goes out; also on one that is used
/// again.
class CurlRequestGuard {
 public:
  virtual ~CurlRequestGuard() = default;
  /// `protocol`: what TLS has agreed on by ALPN (`h2`, `http/1.1`); empty: nothing. False: the
  /// request is not sent, and the transfer ends as `stopped`.
  [[nodiscard]] virtual bool may_send(std::string_view protocol) noexcept = 0;
};

/// TLS sessions that several handles share, so that a connection to a known server costs less: a
/// handle by itself resumes none that another one has begun. Outlives the handles. One thread.
class CurlShare {
 public:
  /// Throws std::bad_alloc.
  CurlShare();

 private:
  friend class CurlEasy;
  struct Free {
    void operator()(void* share) const;
  };
  std::unique_ptr<void, Free> share_;  // a CURLSH
};

/// libcurl's easy handle: one request, with its options. Typed, so that no int
/// goes where libcurl reads a long from its variable arguments. What libcurl refuses throws
/// CurlError (common/curl/curl_global.h). Texts are copied, lists and handlers are lent.
class CurlEasy {
 public:
  enum class Http { v1_1, v2_over_tls };
  enum class Lookup { by_libcurl, forbidden };
  enum class NameCache { none, for_ever };

  /// Throws std::bad_alloc. No signal is used, only http and https are spoken, and no redirect is
  /// followed: libcurl would carry secrets to other origins.
  CurlEasy();
  CurlEasy(CurlEasy&&) noexcept;
  CurlEasy& operator=(CurlEasy&&) noexcept;
  ~CurlEasy();

  // The request:
  void set_url(const std::string& url);
  /// Lines `Name: value`, in addition to libcurl's own and in their place.
  void set_headers(const CurlList& lines);
  /// Makes a connection, and nothing else: CurlConnection moves the bytes.
  void set_connect_only();
  /// `user:password`, for basic authentication alone.
  void set_basic_auth(const std::string& userinfo);
  void set_http(Http version);

  // The way:
  /// `scheme://[user:password@]host:port`; empty: no proxy. Whatever the environment says.
  void set_proxy(const std::string& url);
  /// Entries of CURLOPT_RESOLVE: `host:port:address,…`, or `-host:port`.
  void set_addresses(const CurlList& entries);
  void set_lookup(Lookup lookup);
  void set_name_cache(NameCache cache);
  /// A resolver that does not respond does not hold up the handle's end.
  void abandon_lookups();

  // TLS:
  /// What a server, and a proxy, is verified against; lent. No file or folder of certificates is
  /// used: with Debian's default one, libcurl would parse all for each connection (32 ms CPU).
  void set_trust(const TrustStore& store);
  /// Holds for each connection that set_trust() holds for; lent.
  void set_record_limit(const RecordLimit& limit);
  /// Shown to servers, not to proxies. PEM; both are lent, and read for each connection. `key` may
  /// be empty: it is in `cert`.
  void set_client_certificate(std::string_view cert, std::string_view key);
  /// Of the server; a proxy's certificate is verified in any case.
  void set_verify_tls(bool verify);
  /// `share` is lent.
  void set_share(const CurlShare& share);

  // Time; 0: no limit.
  void set_connect_timeout(std::chrono::milliseconds time);
  void set_timeout(std::chrono::milliseconds time);

  // The response:
  /// At least 1024: what is received in one piece.
  void set_buffer_size(std::size_t bytes);
  void set_response_handler(CurlResponseHandler& handler);
  void set_address_guard(CurlAddressGuard& guard);
  void set_request_guard(CurlRequestGuard& guard);

  /// What CurlMulti names this transfer by.
  void set_owner(void* owner);

  /// Lets a transfer go on whose handler took a piece `later`. nullopt: it goes on; else it is
  /// over, though CurlMulti does not say so.
  [[nodiscard]] std::optional<ExchangeEnd> resume();
  /// Connections that the last transfer has opened.
  [[nodiscard]] long connections_opened() const;
  /// What the connection took that the last transfer has opened, as far as it came; nothing if it
  /// used an old one.
  [[nodiscard]] Timings connection_timings() const;

 private:
  friend class CurlConnection;
  friend class CurlMulti;
  friend ResponseHead read_head(const CurlEasy& easy);

  struct Handle;
  static int on_request(void* handle, char*, char*, int, int) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count,
                             void* handle) noexcept;
  static std::size_t on_header(char* line, std::size_t size, std::size_t count,
                               void* handle) noexcept;

  std::unique_ptr<Handle> handle_;
};

}  // namespace fanfetch
