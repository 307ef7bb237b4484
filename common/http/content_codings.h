#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "common/http/response_head.h"

namespace fanfetch {

/// How a body, or a file, is compressed (RFC 9110, 8.4.1, and what servers send beyond it).
enum class Coding : std::uint8_t { gzip, deflate, brotli, zstd, bzip2, compress, xz };

/// The word for it in Content-Encoding.
[[nodiscard]] std::string_view name(Coding coding);

/// The codings in all lines of Content-Encoding, in the order in which they were applied. Words
/// that are no coding (`identity`, `utf-8`, `none`, `aws-chunked`, an empty one) or one that we do
/// not know are left out: servers put anything there. Pure.
[[nodiscard]] std::vector<Coding> content_codings(const ResponseHead& head);

}  // namespace fanfetch
