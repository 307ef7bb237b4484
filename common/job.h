#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/outcome.h"
#include "common/timings.h"

namespace fanfetch {

/// Longer validators are not sent: no honest server issues them, and a job must fit its payload.
inline constexpr std::size_t kMaxValidatorBytes = 128;

/// Most requests of one job: its own, and one that the worker repeats by itself (for the whole of a
/// file whose part is outdated, say). More would pass the scheduler by.
inline constexpr std::uint32_t kMaxJobRequests = 2;

/// Most addresses of one job: more could not be tried before its time-out.
inline constexpr std::size_t kMaxJobAddresses = 8;

/// More hops than are followed.
inline constexpr std::size_t kMaxHopExtensions = 16;

enum class HashContent : std::uint8_t { no, yes };
/// `no`: what claims to be a picture, say, may be anything.
enum class CheckContent : std::uint8_t { no, yes };
enum class VerifyTls : std::uint8_t { no, yes };
/// Whether a part of an earlier attempt may lie there, to go on with. `none` saves looking.
enum class EarlierPart : std::uint8_t { none, possible };
/// `yes`: over TLS, if the server offers it, unless only HTTP/1.1 shows for sure where a body ends.
enum class Http2 : std::uint8_t { no, yes };

/// One request for a worker, complete: the worker needs to look up nothing else. It holds no secret
/// that this request does not need.
struct Job {
  std::string url;        ///< As it is asked for (Url::request), no userinfo.
  std::string part_name;  ///< File below `part/`: the link's hash in hexadecimal.
  std::string userinfo;   ///< `user:password` for basic auth, or empty.
  std::string user_agent;
  std::string proxy;                 ///< Empty: connect directly, whatever the environment says.
  std::vector<std::string> headers;  ///< `Name: value`, only those meant for this origin.

  /// The host to connect to: the URL's, or the proxy's if there is one; lower case, punycode, no
  /// brackets. The worker does no DNS, and connects to no other addresses than these.
  std::string connect_host;
  std::uint16_t connect_port = 0;
  std::vector<std::string> addresses;  ///< As text, in the order to try; at most kMaxJobAddresses.

  /// Validators of the file that an earlier run saved, as its server sent them, at most
  /// kMaxValidatorBytes, or empty. With either, a 304 is Kept.
  std::string if_none_match;
  std::string if_modified_since;

  EarlierPart earlier_part = EarlierPart::possible;
  /// Failed::unproved of an earlier attempt: the same bytes again are taken for the whole.
  std::optional<Sha256Digest> unproved;

  // Which responses are wanted (see worker/check/):
  /// Of the link's own path or, if that has none or a script's, of its list's name; lower case, or
  /// empty.
  std::string link_extension;
  /// Of the URLs that redirected to this one, lower case; at most kMaxHopExtensions.
  std::vector<std::string> hop_extensions;
  std::vector<std::string> accept_types;  ///< MIME types or `image/*`, lower case; empty: all.
  std::uint64_t min_size = 0;             ///< Decoded bytes.
  bool respect_robots_tag = false;
  CheckContent check = CheckContent::yes;

  // For all of these 0 means no limit.
  std::chrono::milliseconds timeout{0};          ///< For the whole attempt.
  std::chrono::milliseconds connect_timeout{0};  ///< TCP and TLS together.
  std::chrono::seconds stall_timeout{0};         ///< Given up after this time below min_speed.
  std::uint32_t min_speed = 0;                   ///< Bytes per second.
  std::uint64_t max_size = 0;                    ///< Decoded bytes.

  HashContent hash_content = HashContent::yes;
  VerifyTls verify_tls = VerifyTls::yes;
  Http2 http2 = Http2::no;
};

/// Writes `job` into `buffer`. Returns the number of bytes used; 0: it does not fit.
[[nodiscard]] std::size_t encode(const Job& job, std::span<std::byte> buffer);
/// Reads what encode() wrote. nullopt: the bytes are not a job.
[[nodiscard]] std::optional<Job> decode_job(std::span<const std::byte> bytes);

/// The same for an attempt's outcome, except Skipped as a duplicate. The worker cuts header values
/// that are absurdly long, so an outcome always fits.
[[nodiscard]] std::size_t encode(const Outcome& outcome, std::span<std::byte> buffer);
/// Trusts nothing: the bytes come from a process that may be compromised. nullopt: not an outcome
/// that a worker may report. What it says may still be a lie: texts hold any bytes, and whether a
/// part is whole shows on the disk alone.
[[nodiscard]] std::optional<Outcome> decode_outcome(std::span<const std::byte> bytes);

/// What a worker reports when it is done with a job.
struct JobReport {
  Outcome outcome;
  std::uint32_t requests = 0;  ///< That it sent for the job, at most kMaxJobRequests.
  Timings timings = {};        ///< Of all of them together.
  std::uint64_t bytes = 0;     ///< Of the bodies of all responses, as they came.
};

/// More than any file has; so that sums of what workers say do not wrap.
inline constexpr std::uint64_t kMaxReportedBytes = std::uint64_t{1} << 48;

/// Bytes of an encoded report before its outcome.
inline constexpr std::size_t kReportHeadBytes = 4 * sizeof(std::uint32_t) + sizeof(std::uint64_t);

/// The same for a report. decode_report() believes no larger number of requests than a sound worker
/// can have sent, and no more bytes than kMaxReportedBytes.
[[nodiscard]] std::size_t encode(const JobReport& report, std::span<std::byte> buffer);
[[nodiscard]] std::optional<JobReport> decode_report(std::span<const std::byte> bytes);

}  // namespace fanfetch
