#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/decode/decoder_chain.h"
#include "common/http/exchange_end.h"
#include "common/http/response_reader.h"

namespace fanfetch {

/// Reads the response to a request for a page, and decodes its body. Pure: bytes and the
/// connection's end come in; a head, a body and how it ended are there when it is over.
///
///     head                   | over when
///     -----------------------+-----------------------------------------------------
///     a redirect             | the head is there: nobody reads its body
///     2xx, and all others    | the body has ended, or is too large, or no good
class PageReader {
 public:
  /// A larger body, decoded, is no page.
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 20;

  /// Takes bytes off the front of `bytes`; when it is over, what lies behind the response is left.
  void take(std::span<const std::byte>& bytes);
  /// The connection has ended. `proved`: see CurlConnection::close_is_proved().
  void end_of_connection(bool proved);
  /// The connection broke: `problem` says how.
  void connection_broke(std::string_view problem);

  [[nodiscard]] bool is_over() const { return end_.has_value(); }
  /// REQUIRES: is_over().
  [[nodiscard]] const ExchangeEnd& end() const { return *end_; }
  [[nodiscard]] bool has_head() const { return reader_.has_head(); }
  /// REQUIRES: has_head().
  [[nodiscard]] const ResponseHead& head() const { return reader_.head(); }
  /// The status says that there is no page: a body only explains why. REQUIRES: has_head().
  [[nodiscard]] bool is_refusal() const { return head().status() / 100 != 2; }
  /// Another request may follow on the connection. REQUIRES: no byte came behind the response.
  [[nodiscard]] bool keeps_connection() const { return reader_.keeps_connection(); }

  /// Decoded, so far. The caller may move it away when all is over.
  [[nodiscard]] std::string& body() { return body_; }

 private:
  void on_head();
  void on_piece(std::span<const std::byte> piece);
  void on_whole();
  void on_bad_response();
  void end(EndCause cause, std::string text) { end_ = {.cause = cause, .text = std::move(text)}; }

  ResponseReader reader_;
  std::optional<DecoderChain> decoders_;
  std::string body_;
  bool is_wanted_ = true;  // the body
  std::optional<ExchangeEnd> end_;
};

/// Where a redirect leads, as its server wrote it; empty: the response is none.
[[nodiscard]] std::string_view redirect_target(const ResponseHead& head);

}  // namespace fanfetch
