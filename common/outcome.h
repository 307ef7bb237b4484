#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/sha256.h"

namespace fanfetch {

/// Why a link was not saved; users filter records by these names (see name()).
enum class ErrorClass : std::uint8_t {
  bad_url,
  filtered,
  duplicate,
  refused,
  dns,
  connect,
  tls,
  timeout,
  http_4xx,
  http_5xx,
  rate_limited,
  too_large,
  truncated,
  protocol,
  wrong_type,
  placeholder,
  redirects,
  disk,
  crashed_worker,
};
inline constexpr int kErrorClasses = static_cast<int>(ErrorClass::crashed_worker) + 1;

/// `http_4xx` and so on: the word in records and messages.
[[nodiscard]] std::string_view name(ErrorClass error);
/// The other way round; none: no class has that name.
[[nodiscard]] std::optional<ErrorClass> error_class(std::string_view name);

/// Is another try worth it? `no` is for failures that the same request would meet again.
enum class Retry : std::uint8_t { no, yes };

/// What the server said, whatever became of it. Empty strings: not sent.
struct Response {
  int http_status = 0;  ///< 0: none came.
  std::string content_type;
  std::string etag;
  std::string last_modified;
  std::string location;     ///< Of a redirect: absolute, resolved against the URL asked for.
  std::string retry_after;  ///< As sent: seconds or a date; parse_retry_after() reads it.
};

/// A whole body is in the part file.
struct Saved {
  Response response;
  std::uint64_t bytes = 0;             ///< Decoded, as in the file.
  std::optional<Sha256Digest> sha256;  ///< None with `--hash none`.
  /// False: neither a length nor chunks told where the body ends, only the connection's close did.
  bool length_verified = true;
  std::string type;            ///< MIME type by its first bytes; empty: they tell none.
  std::string suggested_name;  ///< Content-Disposition's file name, any bytes; empty: none.
};

/// The file of an earlier run is still good: the server says so (304).
struct Kept {
  Response response;
};

/// Not saved, for a reason that is no failure: `filtered` or `duplicate`. A worker says `filtered`
/// of an answer that the user does not want.
struct Skipped {
  ErrorClass reason = ErrorClass::filtered;
  std::string message;
  std::optional<std::uint64_t> duplicate_of;  ///< Index of the link that is the same.
  Response response;                          ///< If there was one.
};

/// The server points elsewhere (response.location): a new job for the same link.
struct Redirected {
  Response response;
};

struct Failed {
  ErrorClass error = ErrorClass::protocol;
  Retry retry = Retry::no;
  std::string message;
  Response response;
  std::string refused_address;  ///< With ErrorClass::refused: the address, for the hint at the end.
  /// Bytes that this attempt added to what the next one can go on from.
  std::uint64_t secured = 0;
};

/// How one attempt at a link, or the link itself, ended. Closed: every reader handles every kind.
using Outcome = std::variant<Saved, Kept, Skipped, Redirected, Failed>;

}  // namespace fanfetch
