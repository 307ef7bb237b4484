#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/outcome.h"

namespace fanfetch {

/// Longer validators are not asked with: no honest server's are, and a job must fit its payload.
inline constexpr std::size_t kMaxValidatorBytes = 128;

/// Addresses that one job may connect to: more are not tried before a time-out.
inline constexpr std::size_t kMaxJobAddresses = 8;

enum class HashContent : std::uint8_t { no, yes };
enum class VerifyTls : std::uint8_t { no, yes };
/// `yes`: over TLS, if the server offers it; what cannot be had so for sure comes by HTTP/1.1.
enum class Http2 : std::uint8_t { no, yes };

/// One request for a worker, complete: it holds no secret that this request does not need, and the
/// worker asks nobody anything.
struct Job {
  std::string url;        ///< Normal form, no userinfo.
  std::string part_name;  ///< File below `part/`: the link's hash in hexadecimal.
  std::string userinfo;   ///< `user:password` for basic auth, or empty.
  std::string user_agent;
  std::string proxy;                 ///< Empty: connect directly, whatever the environment says.
  std::vector<std::string> headers;  ///< `Name: value`, only those meant for this origin.

  /// Whom to connect to: the URL's host, or the proxy's if there is one; lower case, punycode, no
  /// brackets. The worker looks nothing up, and connects to no other address than these.
  std::string connect_host;
  std::uint16_t connect_port = 0;
  std::vector<std::string> addresses;  ///< Text, in the order to try; at most kMaxJobAddresses.

  /// Validators of the file that an earlier run saved, as its server sent them, at most
  /// kMaxValidatorBytes; empty: none. With either, a 304 is Kept.
  std::string if_none_match;
  std::string if_modified_since;

  // What of an answer is not wanted (the worker's check/):
  std::string link_extension;  ///< Of the link's own path, lower case; empty: it has none.
  std::vector<std::string> accept_types;  ///< MIME types or `image/*`, lower case; empty: all.
  std::uint64_t min_size = 0;             ///< Decoded bytes.
  bool respect_robots_tag = false;

  // All: 0 is "no limit".
  std::chrono::milliseconds timeout{0};          ///< For the whole attempt.
  std::chrono::milliseconds connect_timeout{0};  ///< Name look-up, TCP and TLS together.
  std::chrono::seconds stall_timeout{0};         ///< Slower than min_speed for so long: given up.
  std::uint32_t min_speed = 0;                   ///< Bytes a second.
  std::uint64_t max_size = 0;                    ///< Decoded bytes.

  HashContent hash_content = HashContent::yes;
  VerifyTls verify_tls = VerifyTls::yes;
  Http2 http2 = Http2::no;
};

/// Lays `job` out in `buffer`. Returns the bytes used; 0: it does not fit.
[[nodiscard]] std::size_t encode(const Job& job, std::span<std::byte> buffer);
[[nodiscard]] std::optional<Job> decode_job(std::span<const std::byte> bytes);

/// The same for how an attempt ended, Skipped for a duplicate excepted. Header values that a
/// server made absurdly long are cut by the worker, so an outcome always fits.
[[nodiscard]] std::size_t encode(const Outcome& outcome, std::span<std::byte> buffer);
/// Trusts nothing: the bytes come from a process that may have been taken over. None: not an
/// outcome that a worker may report.
[[nodiscard]] std::optional<Outcome> decode_outcome(std::span<const std::byte> bytes);

}  // namespace fanfetch
