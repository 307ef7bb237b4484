#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/sha256.h"

namespace fanfetch {

/// Why a link was not saved. Users filter records by the names of these (see name()).
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
  no_link,  ///< The entry of a list leads nowhere: there is nothing to filter or to fetch.
};
inline constexpr int kErrorClasses = static_cast<int>(ErrorClass::no_link) + 1;

/// `http_4xx` and so on: the word in records and messages.
[[nodiscard]] std::string_view name(ErrorClass error);
/// The class with that name; nullopt if there is none.
[[nodiscard]] std::optional<ErrorClass> error_class(std::string_view name);

/// Whether another attempt is worthwhile. `no`: the same request would fail again.
enum class Retry : std::uint8_t { no, yes };

/// What the server's response said, whatever the outcome. Empty strings: not sent.
struct Response {
  int http_status = 0;  ///< 0: no response.
  std::string content_type;
  std::string etag;
  std::string last_modified;
  std::string location;     ///< Of a redirect: absolute, resolved against the request's URL.
  std::string retry_after;  ///< As sent: seconds or a date; parse_retry_after() reads it.
};

/// The part file holds the whole body.
struct Saved {
  Response response;
  std::uint64_t bytes = 0;             ///< Decoded, as in the file.
  std::optional<Sha256Digest> sha256;  ///< nullopt with `--hash none`.
  std::string type;                    ///< MIME type by its first bytes; empty if they show none.
  std::string suggested_name;          ///< Content-Disposition's file name, any bytes, or empty.
  /// What the user should know of the file, as a sentence; empty: nothing.
  std::string note;
};

/// The file of an earlier run is still current: the server said so (304).
struct Kept {
  Response response;
};

/// Not saved, for a reason that is not a failure: `filtered` or `duplicate`. A worker reports
/// `filtered` for a response that the user does not want.
struct Skipped {
  ErrorClass reason = ErrorClass::filtered;
  std::string message;
  std::optional<std::uint64_t> duplicate_of;  ///< Index of the first link of that identity.
  Response response;                          ///< Empty if no request was made.
};

/// The server redirects to response.location: a new job for the same link.
struct Redirected {
  Response response;
};

struct Failed {
  ErrorClass error = ErrorClass::protocol;
  Retry retry = Retry::no;
  std::string message;
  Response response;
  std::string refused_address;  ///< With ErrorClass::refused: the address, for the hint at the end.
  /// Bytes that this attempt added to the part that the next one can resume from.
  std::uint64_t secured = 0;
  /// SHA-256 of a body that came to its end, although nothing proved that this is its end.
  std::optional<Sha256Digest> unproved;
};

/// Given up at the time that the coordinator had set (ChannelSlot::stop_by). What had come and can
/// be resumed is in the part.
struct GivenUp {
  Response response;
};

/// How one attempt at a link, or the link itself, ended. A closed set: every reader handles all.
using Outcome = std::variant<Saved, Kept, Skipped, Redirected, Failed, GivenUp>;

}  // namespace fanfetch
