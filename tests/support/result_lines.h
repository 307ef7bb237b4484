#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fanfetch::support {

/// One line of `--results`, read without the program's own code. nullopt: null.
struct ResultLine {
  std::int64_t index = 0;
  std::string status;
  std::optional<std::string> url, file_name, sha256, content_type, final_url, etag, last_modified;
  std::optional<std::string> error, message, started_at;
  std::optional<std::int64_t> bytes, http_status, duplicate_of, duration_ms;
  std::optional<std::int64_t> waited_ms, dns_ms, connect_ms, tls_ms, first_byte_ms, requests;
  std::optional<bool> retryable;
  std::int64_t attempts = -1;

  std::vector<std::string> keys;  ///< All keys of the line, in its order.
};

/// Throws std::runtime_error at the first line that is not a JSON object, or has a value of the
/// wrong type.
[[nodiscard]] std::vector<ResultLine> parse_result_lines(std::string_view text);

}  // namespace fanfetch::support
