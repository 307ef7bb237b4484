#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/clock.h"
#include "common/curl/curl_connection.h"
#include "coordinator/listing/page_reader.h"

namespace fanfetch {

/// A connection for the requests of a listing, one after the other. Blocks. One thread.
class PageConnection {
 public:
  /// `key`: see way_key(). The rest, and what it throws, is CurlConnection's.
  PageConnection(std::string key, CurlEasy easy, CurlMulti& multi, bool tls);

  /// How long to wait, and for what.
  struct Patience {
    Instant until;     ///< Of the whole response.
    int stop_fd = -1;  ///< Readable when the run stops; -1: never.
  };
  /// Sends `request`, its bytes, and feeds `reader` until it is over. nullopt: the run is stopping.
  /// A refusal's body, which only explains, has a few seconds at most.
  [[nodiscard]] std::optional<ExchangeEnd> exchange(std::string_view request, PageReader& reader,
                                                    const Patience& patience);

  /// The last exchange has left it as it should be: another one may follow.
  [[nodiscard]] bool is_kept() const { return kept_; }
  /// See CurlConnection.
  [[nodiscard]] bool is_silent() { return bytes_.is_silent(); }
  [[nodiscard]] const std::string& key() const { return key_; }

 private:
  [[nodiscard]] bool receive(PageReader& reader);

  std::string key_;
  CurlConnection bytes_;
  bool kept_ = false;
  std::array<std::byte, std::size_t{16} * 1024> buffer_;
};

}  // namespace fanfetch
