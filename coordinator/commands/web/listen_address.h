#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"

namespace fanfetch {

/// Where the dashboard is to be had.
struct ListenAddress {
  /// Of a UNIX socket; empty: it is TCP.
  std::string path;
  /// An IP address without brackets.
  std::string ip = "127.0.0.1";
  /// 0: any that is free.
  std::uint16_t port = 8080;

  [[nodiscard]] bool is_unix() const { return !path.empty(); }
  /// Nobody on another machine can connect.
  [[nodiscard]] bool is_local() const;
  /// `127.0.0.1:8080`, `[::1]:8080`: what a browser sends as Host. REQUIRES: !is_unix().
  [[nodiscard]] std::string host() const;

  bool operator==(const ListenAddress&) const = default;
};

/// `127.0.0.1:8080`, `[::1]:0`, `localhost:8080`, `unix:PATH`. Error: what is wrong with it. An
/// address that stands for all of a machine's (`0.0.0.0`) is refused: no browser can be at it, and
/// a Host that is not the address is not answered. Pure.
[[nodiscard]] Result<ListenAddress> parse_listen_address(std::string_view text);

/// Host and port of an HTTP `Host` header, for comparing: `localhost:8080` is {localhost, 8080},
/// `[::1]` is {::1, none}. nullopt: it is none. Pure.
struct HostOfHeader {
  std::string host;  ///< Lower case, without brackets.
  std::optional<std::uint16_t> port;
};
[[nodiscard]] std::optional<HostOfHeader> parse_host_header(std::string_view text);

}  // namespace fanfetch
