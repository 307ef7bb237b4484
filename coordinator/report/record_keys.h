#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "common/sha256.h"
#include "coordinator/link/record.h"

namespace fanfetch {

/// Selects the keys of a record that are written.
struct RecordKeys {
  bool errors = true;  ///< error, retryable and message.
  bool node = false;   ///< In a fleet.

  static const RecordKeys all;        ///< Of a run that has no fleet.
  static const RecordKeys of_a_file;  ///< The same for metadata of saved files: no errors.
};
inline constexpr RecordKeys RecordKeys::all{};
inline constexpr RecordKeys RecordKeys::of_a_file{.errors = false};

/// Calls `visit(key, value)` for each key, in the documented order; values are those of Record, the
/// status as its name and the hash in hexadecimal.
template <class Visit>
void each_key(const Record& record, RecordKeys keys, Visit&& visit) {
  visit("index", record.index);
  visit("url", record.url);
  visit("status", name(record.status));
  visit("file_name", record.file_name);
  visit("bytes", record.bytes);
  visit("sha256", record.sha256 ? std::optional(to_hex(*record.sha256)) : std::nullopt);
  visit("http_status", record.http_status);
  visit("content_type", record.content_type);
  visit("final_url", record.final_url);
  visit("etag", record.etag);
  visit("last_modified", record.last_modified);
  visit("attempts", record.attempts);
  if (keys.errors) {
    visit("error", record.error);
    visit("retryable", record.retryable);
    visit("message", record.message);
  }
  visit("duplicate_of", record.duplicate_of);
  visit("started_at", record.started_at);
  visit("duration_ms", record.times.duration);
  visit("waited_ms", record.times.waited);
  visit("dns_ms", record.times.dns);
  visit("connect_ms", record.times.connect);
  visit("tls_ms", record.times.tls);
  visit("first_byte_ms", record.times.first_byte);
  visit("requests", record.requests);
  if (keys.node) visit("node", record.node);
}

/// Stands for all columns of a list that cannot be read: the ledger that kept them is damaged. No
/// list's own column gets its name.
inline constexpr std::string_view kDamagedColumnsKey = "damaged_columns";

/// Keys that come behind those: of the picture stage and of shards, which later fanfetches add, and
/// of a fleet. A list's own column gets none of their names, whatever run it is.
inline constexpr std::string_view kReservedKeys[] = {
    "width",           "height", "format", "frames", "original_width",
    "original_height", "phash",  "shard",  "member", "node"};

}  // namespace fanfetch
