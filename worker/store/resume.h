#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/outcome.h"
#include "worker/head/body_headers.h"
#include "worker/store/sidecar.h"

namespace fanfetch {

// When a body may be gone on from, and when two answers are pieces of one file. Pure.

/// `bytes FIRST-LAST/TOTAL` (RFC 9110, 14.4).
struct ContentRange {
  std::uint64_t first = 0, last = 0, total = 0;
};

/// None: another unit, an unknown total, or no range that can be.
[[nodiscard]] std::optional<ContentRange> parse_content_range(std::string_view value);

/// What a later attempt has to know to go on with this body, which starts at the file's start.
/// None: it has to start over, or the file is so small that it may as well.
[[nodiscard]] std::optional<Sidecar> resumable(const BodyHeaders& headers,
                                               const std::string& part_name);

/// Are these the bytes from `offset` to the end of the file that `part` is a piece of?
[[nodiscard]] bool goes_on(const BodyHeaders& headers, const Sidecar& part, std::uint64_t offset);

/// With the rest of a file, a server may leave out what it said with its start.
void fill_in(Response& response, const Sidecar& said_before);

[[nodiscard]] bool is_identity(std::string_view content_encoding);
[[nodiscard]] bool is_gzip(std::string_view content_encoding);

}  // namespace fanfetch
