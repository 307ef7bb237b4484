#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

/// Longest name that suggested_name() yields; file systems allow less.
inline constexpr std::size_t kMaxSuggestedBytes = 1024;

/// The file name in a Content-Disposition header (RFC 6266): `filename*` where it can be read, else
/// `filename`, in any of the ways in which servers write letters beyond ASCII into it: UTF-8,
/// Latin-1, percent-escapes, encoded words of mail (RFC 2047), single quotes around it. In UTF-8,
/// without folders, and never only dots; it may hold any character. Empty: there is none.
[[nodiscard]] std::string suggested_name(std::string_view content_disposition);

}  // namespace fanfetch
