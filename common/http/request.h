#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fanfetch {

/// What a request sends behind its head: the first `size` bytes of a file. They are read by
/// position, so that a request that is sent once more sends the same.
struct RequestBody {
  int fd = -1;  ///< Lent until the exchange ends.
  std::uint64_t size = 0;
};

/// An HTTP request as a value: what any transport sends, byte for byte.
struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< Absolute, no userinfo, no fragment, no character that a URL may not hold.
  std::string userinfo;            ///< `user:password` for basic authentication, or empty.
  std::vector<std::string> lines;  ///< `Name: value`. Host and Authorization have precedence.
  /// Content-Length is written for it; nullopt: there is none.
  std::optional<RequestBody> body = {};

  /// A line of that name, in any case, is there.
  [[nodiscard]] bool has(std::string_view name) const;
  void add(std::string_view name, std::string_view value);
  /// For lines of our own: those of the user win.
  void add_unless_there(std::string_view name, std::string_view value);
};

/// What stands behind the method (RFC 9112, 3.2).
enum class TargetForm {
  origin,    ///< `/path?query`
  absolute,  ///< `http://host/path?query`: to a proxy that forwards the request.
};

/// The bytes of an HTTP/1.1 request, up to its body. Host comes from the URL unless a line has it.
/// `proxy_userinfo`: `user:password` for a proxy that forwards the request, decoded, or empty. It
/// must be empty where the origin server reads the bytes.
[[nodiscard]] std::string write_request(const HttpRequest& request, TargetForm form,
                                        std::string_view proxy_userinfo = {});

/// `Basic …` (RFC 7617).
[[nodiscard]] std::string basic_credentials(std::string_view userinfo);

}  // namespace fanfetch
