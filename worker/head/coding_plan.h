#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/content_codings.h"

namespace fanfetch {

/// All that may say that a body is a compressed file by itself. Empty: it says nothing.
struct FileNames {
  std::string_view url;                              ///< Of the last request, after redirects.
  std::string_view link_extension;                   ///< See Job::link_extension.
  std::span<const std::string> hop_extensions = {};  ///< Of the URLs in between, lower case.
  std::string_view suggested_name;                   ///< From Content-Disposition.
  std::string_view content_type;
};

/// What to do with a body's codings.
struct CodingPlan {
  std::vector<Coding> remove;  ///< To be decoded, in this order.
  std::string note;            ///< Saved::note, where a coding stays that no name tells of.
};

/// Decides which of `codings`, in the order in which they were applied, only carried the file, and
/// which are the file's own. Pure.
///
///     coding                                 | a name says the same | none does
///     ---------------------------------------+----------------------+---------------------
///     one with a decoder (has_decoder())     | stays                | is removed
///     any other                              | stays                | stays, with a note
///     any that was applied before one of the | stays                | stays
///     file's own                             |                      |
///
/// Where one is listed twice and a name says it, the one that was applied first is the file's own.
[[nodiscard]] CodingPlan plan_codings(std::span<const Coding> codings, const FileNames& names);

}  // namespace fanfetch
