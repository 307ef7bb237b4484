#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fanfetch {

// How a saved file is served. Whoever wrote it may be hostile: no file may run as a page beside the
// button that pauses the run, and none may be another than the run saved.

/// Whether a name from a ledger is that of a file below the folder that a run may have saved:
/// relative, without `.` and `..`, and none of fanfetch's own. Pure.
[[nodiscard]] bool is_servable_name(std::string_view name);

/// Bytes of a file that decide what it is.
inline constexpr std::size_t kPictureHead = 64;

/// What is said of a file before its bytes.
struct FileAnswer {
  int status = 200;  ///< 200, 206 or 416.
  std::string content_type;
  std::uint64_t first = 0, bytes = 0;  ///< What of the file follows.
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Raster pictures, as raster_type() knows them, are shown; all else is for saving, whatever its
/// name: an SVG or an HTML file is a page with scripts. `name`: of the file; `head`: its first
/// kPictureHead bytes; `range`: the request's header, if
/// that is to be followed. Of several ranges, or of what is none, the whole file follows, as RFC
/// 9110, 14.2 allows. Pure.
[[nodiscard]] FileAnswer file_answer(std::string_view name, std::string_view head,
                                     std::uint64_t size, const std::optional<std::string>& range);

}  // namespace fanfetch
