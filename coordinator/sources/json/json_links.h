#pragma once

#include <string_view>

#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/json/json_search.h"

namespace fanfetch {

/// The item that a match of the links' pointer is. Nothing there: an item without a link; something
/// that is no link: one with a problem. `where` names the document in it.
[[nodiscard]] ListedItem item_of(const JsonMatch& match, std::string_view where);

}  // namespace fanfetch
