#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/http/response_head.h"
#include "common/outcome.h"
#include "worker/store/sidecar.h"

namespace fanfetch {

// When a body can be resumed, and when two responses are pieces of one file. Pure.

/// The piece of a file that is still missing.
struct Rest {
  std::uint64_t offset = 0;  ///< 0: nothing is there yet, all is asked for.
  std::string etag;          ///< Of the file that the piece has to belong to.
};

/// `bytes FIRST-LAST/TOTAL` (RFC 9110, 14.4).
struct ContentRange {
  std::uint64_t first = 0, last = 0, total = 0;
};

/// nullopt: another unit, an unknown total, or an impossible range.
[[nodiscard]] std::optional<ContentRange> parse_content_range(std::string_view value);

/// What a later attempt has to know to resume this body, which starts at the file's start. nullopt:
/// it has to start over, or the file is so small that it may as well.
[[nodiscard]] std::optional<Sidecar> resumable(const ResponseHead& head,
                                               const std::string& part_name);

/// Whether the response holds the bytes from `offset` to the end of the file that `part` is a piece
/// of.
[[nodiscard]] bool continues_part(const ResponseHead& head, const Sidecar& part,
                                  std::uint64_t offset);

/// Adds to the response with the rest of a file what the server sent only with its start (RFC 9110,
/// 15.3.7).
void fill_in(Response& response, const Sidecar& said_before);

}  // namespace fanfetch
