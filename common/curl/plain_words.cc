#include "common/curl/plain_words.h"

#include <cerrno>
#include <charconv>
#include <optional>

#include "common/human_text.h"
#include "common/result.h"

namespace fanfetch {
namespace {

/// What stands between `before` and `behind`, if `text` begins with the one and the other follows.
std::optional<std::string_view> between(std::string_view text, std::string_view before,
                                        std::string_view behind) {
  if (!text.starts_with(before)) return std::nullopt;
  text.remove_prefix(before.size());
  const std::size_t end = behind.empty() ? text.size() : text.find(behind);
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(0, end);
}

int number_behind(std::string_view text, std::string_view words) {
  const std::size_t at = text.rfind(words);
  int number = 0;
  if (at == std::string_view::npos) return 0;
  const std::string_view digits = text.substr(at + words.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::string late(std::string_view text, const FailedTransfer& transfer) {
  const bool by_all = transfer.timeout.count() > 0 && (transfer.connect_timeout.count() == 0 ||
                                                       transfer.timeout < transfer.connect_timeout);
  const auto limit = by_all ? transfer.timeout : transfer.connect_timeout;
  if (limit.count() == 0) return std::string(text);
  return fmt::format("no connection for {}{}", human_time(limit),
                     by_all ? "" : " (--connect-timeout)");
}

/// `Failed to connect to HOST port PORT after 0 ms: Couldn't connect to server`
std::string not_connected(std::string_view text, int error) {
  const auto peer = between(text, "Failed to connect to ", " after ");
  if (!peer) return std::string(text);
  if (error == 0) return fmt::format("{} cannot be reached", *peer);
  std::string_view what = "cannot be reached";
  if (error == ECONNREFUSED) what = "refuses connections";
  if (error == ETIMEDOUT) what = "does not answer";
  return fmt::format("{} {} ({})", *peer, what, errno_text(error));
}

/// `Could not resolve host: NAME`
std::string not_found(std::string_view text, std::string_view what) {
  const std::size_t colon = text.rfind(": ");
  if (!text.starts_with("Could not resolve ") || colon == std::string_view::npos) {
    return std::string(text);
  }
  return fmt::format("no address is found for the {} {}", what, text.substr(colon + 2));
}

/// `Can't complete SOCKS5 connection to HOST. (4)`; RFC 1928, 6.
std::string refused_by_socks(std::string_view text) {
  static constexpr std::string_view kReasons[] = {"",
                                                  "it fails",
                                                  "its rules do not allow it",
                                                  "the network cannot be reached",
                                                  "the host cannot be reached",
                                                  "the connection is refused",
                                                  "it takes too long"};
  const auto number = static_cast<std::size_t>(number_behind(text, ". ("));
  if (!text.starts_with("Can't complete SOCKS5") || number == 0 || number >= std::size(kReasons)) {
    return std::string(text);
  }
  return fmt::format("{} (SOCKS5: {})", kReasons[number], number);
}

std::string lost(std::string_view text) {
  if (text.starts_with("Proxy CONNECT aborted") || text == "Failed sending CONNECT to proxy") {
    return "the proxy closed the connection when asked for a tunnel";
  }
  if (text.starts_with("HTTP/2 stream ")) {
    const std::size_t colon = text.find(" was not closed cleanly: ");
    const std::size_t end = text.rfind(" (err ");
    if (colon != std::string_view::npos && end != std::string_view::npos && end > colon) {
      const std::string_view code = text.substr(0, end).substr(text.find(": ", colon) + 2);
      return fmt::format("the server broke off its HTTP/2 stream: {}", code);
    }
    return "the server ended its HTTP/2 stream too early";
  }
  // What a server says by an alert is told apart from a break, by what follows.
  if (text.find(" alert ") != std::string_view::npos) return std::string(text);
  return "the connection broke: " + plain_break(text);
}

/// `OpenSSL SSL_connect: Connection reset by peer in connection to HOST:443`
std::string no_handshake(std::string_view text) {
  const auto what = between(text, "OpenSSL SSL_connect: ", " in connection to ");
  if (!what) return std::string(text);
  return what->starts_with("SSL_ERROR_SYSCALL") ? "the connection was closed" : std::string(*what);
}

std::string cut(std::string_view text) {
  const auto missing = between(text, "transfer closed with ", " bytes remaining");
  std::uint64_t bytes = 0;
  if (missing) std::from_chars(missing->data(), missing->data() + missing->size(), bytes);
  if (bytes > 0) return fmt::format("it ends {} too early", human_exact_bytes(bytes));
  if (text.starts_with("HTTP/2 stream ")) return "the server ended its HTTP/2 stream too early";
  return text.starts_with("transfer closed") ? "it ends too early" : std::string(text);
}

}  // namespace

std::string plain_break(std::string_view text) {
  for (const std::string_view words :
       {"Recv failure: ", "Send failure: ", "OpenSSL SSL_read: ", "OpenSSL SSL_write: "}) {
    if (text.starts_with(words)) text.remove_prefix(words.size());
  }
  const std::size_t number = text.rfind(", errno ");
  if (number == std::string_view::npos) return std::string(text);
  const int error = number_behind(text, ", errno ");
  if (!text.starts_with("SSL_ERROR_SYSCALL")) return std::string(text.substr(0, number));
  return error == 0 ? "it was closed" : errno_text(error);
}

std::string plain_words(EndCause cause, std::string_view text, const FailedTransfer& transfer) {
  switch (cause) {
    case EndCause::timeout: return late(text, transfer);
    case EndCause::connect: return not_connected(text, transfer.system_error);
    case EndCause::name_lookup: return not_found(text, "host");
    case EndCause::proxy_lookup: return not_found(text, "proxy");
    case EndCause::socks: return refused_by_socks(text);
    case EndCause::no_response: return "the server closed the connection without a response";
    case EndCause::connection_lost: return lost(text);
    case EndCause::tls_handshake: return no_handshake(text);
    case EndCause::cut_short: return cut(text);
    default: return std::string(text);
  }
}

}  // namespace fanfetch
