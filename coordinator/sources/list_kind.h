#pragma once

#include <string>
#include <string_view>

#include "coordinator/sources/list_format.h"

namespace fanfetch {

/// What a list is taken for before it is read.
struct ExpectedList {
  ListFormat format = ListFormat::text;
  /// Of JSON lines: each may be an array, because `--links-at` leads into one.
  bool rows_are_arrays = false;
};

/// Whether a file is of another kind than expected, by its beginning: decompressed, without a byte
/// order mark of UTF-8, and however short. Returns what it is and what to do, the end of a sentence
/// that begins with the file's name; empty if it may be such a list. Every line of a file that is
/// something else would become a failure, for good. Pure.
///
/// Text is taken for a table only if its first line has no `://` and a later one has a URL as one
/// of several cells: URLs have commas.
[[nodiscard]] std::string other_kind(std::string_view beginning, const ExpectedList& expected);

}  // namespace fanfetch
