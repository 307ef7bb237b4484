#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/clock.h"
#include "common/outcome.h"
#include "common/sha256.h"

namespace fanfetch {

enum class Status : std::uint8_t { saved, kept, skipped, failed };

/// The word in records and messages.
[[nodiscard]] constexpr std::string_view name(Status status) {
  switch (status) {
    case Status::saved: return "saved";
    case Status::kept: return "kept";
    case Status::skipped: return "skipped";
    case Status::failed: return "failed";
  }
  return "unknown";
}

/// Where the time of a link went. nullopt: unknown, or nothing of the kind happened. All but
/// `waited` are of the last attempt, and of its redirects together.
struct RecordTimes {
  using Time = std::optional<std::chrono::milliseconds>;

  Time duration;    ///< From each request's turn to its outcome; no wait between them.
  Time waited;      ///< For its host's turn, for retries and for room, in the whole run.
  Time dns;         ///< Until its host was looked up; nullopt: its address was known.
  Time connect;     ///< nullopt: a connection was used again, or none was made.
  Time tls;         ///< The same; nullopt, too, without TLS.
  Time first_byte;  ///< From sending the request to the response.
};

/// What became of one line of the list: the keys of `--results`. Every line gets exactly one
/// record. nullopt: unknown; it is written as `null`.
struct Record {
  std::uint64_t index = 0;
  std::optional<std::string> url;  ///< As listed, userinfo masked; nullopt: the item had no link.
  Status status = Status::failed;
  std::optional<std::string> file_name;
  std::optional<std::uint64_t> bytes;
  std::optional<Sha256Digest> sha256;
  std::optional<int> http_status;
  std::optional<std::string> content_type;
  std::optional<std::string> final_url;
  std::optional<std::string> etag;
  std::optional<std::string> last_modified;
  int attempts = 0;
  std::optional<ErrorClass> error;
  std::optional<bool> retryable;
  std::optional<std::string> message;
  std::optional<std::uint64_t> duplicate_of;
  std::optional<WallTime> started_at;
  RecordTimes times;
  /// In this run, for all attempts and redirects. nullopt: an older fanfetch wrote it.
  std::optional<std::uint64_t> requests = 0;

  /// Of a fleet: that has the file, or has failed. nullopt: it was none, or an older fanfetch's.
  std::optional<std::string> node;

  /// The list's own columns as one JSON object, whose members become keys of the record (see
  /// list_columns.h). Null if no columns were kept.
  std::shared_ptr<const std::string> columns;

  /// A kept file for which its list gives another name than it has. Not written as a key.
  bool named_otherwise = false;

  /// A failure that an earlier run had, too: it is not news. Not written as a key.
  bool stood = false;
  /// Of those, one that cannot be tried, as the ledger does not hold the link as it was listed.
  bool left_out = false;

  /// See FinishedLink: nothing has become of it here, so that nobody is told of it.
  bool handed_over = false;

  std::string refused_address;  ///< For the hint after the run; not written as a key.
};

}  // namespace fanfetch
