#include "common/curl/plain_words.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

struct Row {
  EndCause cause;
  std::string_view curl;  // libcurl 7.88's words, as seen on Debian 12
  std::string_view plain;
  FailedTransfer transfer = {};
};

const Row kRows[] = {
    {EndCause::timeout,
     "Connection timeout after 15001 ms",
     "no connection for 15 s (--connect-timeout)",
     {.connect_timeout = 15s}},
    {EndCause::timeout,
     "SSL connection timeout",
     "no connection for 1.5 s (--connect-timeout)",
     {.connect_timeout = 1500ms}},
    {EndCause::timeout,
     "Failed to connect to h port 80 after 9 ms: Timeout was reached",
     "no connection for 2m (--connect-timeout)",
     {.connect_timeout = 2min, .timeout = 1h}},
    {EndCause::timeout,
     "Operation timed out after 3 milliseconds with 0 bytes received",
     "no connection for 1 s",
     {.connect_timeout = 15s, .timeout = 1s}},
    {EndCause::connect,
     "Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to server",
     "127.0.0.1 port 9 refuses connections (Connection refused)",
     {.system_error = ECONNREFUSED}},
    {EndCause::connect,
     "Failed to connect to h port 80 after 3059 ms: Couldn't connect to server",
     "h port 80 cannot be reached (No route to host)",
     {.system_error = EHOSTUNREACH}},
    {EndCause::connect,
     "Failed to connect to h port 80 after 3059 ms: Couldn't connect to server",
     "h port 80 does not answer (Connection timed out)",
     {.system_error = ETIMEDOUT}},
    {EndCause::connect, "Failed to connect to h port 80 after 0 ms: Couldn't connect to server",
     "h port 80 cannot be reached"},
    {EndCause::timeout, "Connection timeout after 9 ms", "Connection timeout after 9 ms"},
    {EndCause::connect, "bind failed", "bind failed"},
    {EndCause::name_lookup, "Could not resolve host: h.example",
     "no address is found for the host h.example"},
    {EndCause::proxy_lookup, "Could not resolve proxy: p", "no address is found for the proxy p"},
    {EndCause::socks, "Can't complete SOCKS5 connection to h. (5)",
     "the connection is refused (SOCKS5: 5)"},
    {EndCause::socks, "Can't complete SOCKS5 connection to h. (99)",
     "Can't complete SOCKS5 connection to h. (99)"},
    {EndCause::no_response, "Empty reply from server",
     "the server closed the connection without a response"},
    {EndCause::connection_lost, "Recv failure: Connection reset by peer",
     "the connection broke: Connection reset by peer"},
    {EndCause::connection_lost, "OpenSSL SSL_read: SSL_ERROR_SYSCALL, errno 104",
     "the connection broke: Connection reset by peer"},
    {EndCause::connection_lost, "OpenSSL SSL_read: SSL_ERROR_SYSCALL, errno 0",
     "the connection broke: it was closed"},
    {EndCause::connection_lost,
     "OpenSSL SSL_read: error:0A000126:SSL routines::unexpected eof while reading, errno 0",
     "the connection broke: error:0A000126:SSL routines::unexpected eof while reading"},
    {EndCause::connection_lost,
     "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0",
     "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0"},
    {EndCause::connection_lost, "Proxy CONNECT aborted",
     "the proxy closed the connection when asked for a tunnel"},
    {EndCause::connection_lost, "HTTP/2 stream 1 was not closed cleanly: INTERNAL_ERROR (err 2)",
     "the server broke off its HTTP/2 stream: INTERNAL_ERROR"},
    {EndCause::connection_lost,
     "HTTP/2 stream 1 was not closed cleanly before end of the underlying stream",
     "the server ended its HTTP/2 stream too early"},
    {EndCause::cut_short, "transfer closed with 1234567 bytes remaining to read",
     "it ends 1,234,567 bytes (1.2 MiB) too early"},
    {EndCause::cut_short,
     "HTTP/2 stream 1 was not closed cleanly before end of the underlying stream",
     "the server ended its HTTP/2 stream too early"},
    {EndCause::cut_short, "transfer closed with outstanding read data remaining",
     "it ends too early"},
    {EndCause::tls_handshake,
     "OpenSSL SSL_connect: Connection reset by peer in connection to h:443 ",
     "Connection reset by peer"},
    {EndCause::tls_handshake, "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to h:443 ",
     "the connection was closed"},
    {EndCause::tls_handshake, "OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number",
     "OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number"},
    {EndCause::protocol, "Weird server reply", "Weird server reply"},
};

TEST(PlainWords, SayWhatAPersonWouldSay) {
  for (const Row& row : kRows) EXPECT_EQ(plain_words(row.cause, row.curl, row.transfer), row.plain);
}

TEST(PlainWords, BearAnyText) {
  for (const Row& row : kRows) {
    for (std::size_t length = 0; length < row.curl.size(); ++length) {
      for (int cause = 0; cause <= static_cast<int>(EndCause::protocol); ++cause) {
        (void)plain_words(static_cast<EndCause>(cause), row.curl.substr(0, length), row.transfer);
      }
    }
  }
}

}  // namespace
}  // namespace fanfetch
