#pragma once

#include <cstdint>
#include <string>

namespace fanfetch {

/// How an exchange of one request and its response ended, as far as the transport can tell.
enum class EndCause : std::uint8_t {
  complete,          ///< The response came to its end.
  name_lookup,       ///< The server's name was not resolved.
  proxy_lookup,      ///< The proxy's name was not resolved.
  connect,           ///< No connection was made.
  socks,             ///< A SOCKS proxy refused to connect to the server.
  timeout,           ///< It took longer than the job allows, or was too slow.
  no_response,       ///< The connection was closed before a response began.
  connection_lost,   ///< The connection, or the HTTP/2 stream, broke while it was used.
  cut_short,         ///< The connection was closed before the body's end.
  tls_handshake,     ///< TLS was not set up.
  tls_not_verified,  ///< The peer's certificate is not one that we trust.
  tls_setup,         ///< Our own certificate or cipher cannot be used.
  stopped,           ///< The taker of the body wants no more of it.
  request_body,      ///< The request's own body cannot be read.
  too_large,         ///< The body's length is beyond all that can be counted.
  not_http2,         ///< Only HTTP/2 was to be spoken, and the server does not: nothing was asked.
  protocol,          ///< Anything else: the response is not HTTP as it should be.
};

/// What became of a piece of a body that a transport handed over.
enum class Taken : std::uint8_t {
  all,
  later,    ///< Nothing yet: the transport keeps it, and pauses until it is resumed.
  no_more,  ///< Nothing, and no further piece is wanted: the exchange ends as `stopped`.
};

/// What a transport hands over behind the last byte of a body.
struct ExchangeEnd {
  EndCause cause = EndCause::complete;
  std::string text = {};  ///< The transport's words for it; empty if `complete`.
  /// The framing said where the body ends, and it ended there. False: it may have been cut off.
  bool length_verified = false;
  /// The end of a TLS connection alone says where the body ends, and no close_notify proves that
  /// the server meant it (RFC 9112, 9.8).
  bool close_unproved = false;
  bool connected = true;   ///< False: the last connection was not made, nor anything asked over it.
  int connect_status = 0;  ///< An HTTP proxy's response to CONNECT; 0: there was none.
  /// A SOCKS proxy's reason is one that another attempt would meet again.
  bool proxy_refusal_is_final = false;
  std::string refused_address = {};  ///< The transport was to connect there, and may not; else "".
};

}  // namespace fanfetch
