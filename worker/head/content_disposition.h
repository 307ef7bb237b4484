#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

/// Longest name that suggested_name() yields; file systems allow less.
inline constexpr std::size_t kMaxSuggestedBytes = 1024;

/// The file name in a Content-Disposition header (RFC 6266): `filename*` where it can be read, else
/// `filename`. Without folders, and never only dots; otherwise as the server has it: it may hold
/// any bytes. Empty: there is none.
[[nodiscard]] std::string suggested_name(std::string_view content_disposition);

}  // namespace fanfetch
