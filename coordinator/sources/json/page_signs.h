#pragma once

#include <optional>
#include <string>

#include "coordinator/link/page.h"
#include "coordinator/sources/json/json_pointer.h"
#include "coordinator/sources/json/json_search.h"

namespace fanfetch {

/// What a page of an API says of further ones, as the end of a sentence; nullopt: nothing, or that
/// there are none. There is no standard: these are the names that APIs in use give to the link of
/// the next page (`next`, `nextPageToken`, Link: rel=next …), to a flag (`has_more` …) and to a
/// total (`total`, `numFound`, X-Total-Count …), which counts if it is more than what is listed.
/// Looked for in the objects around the entries, and in those beside them that are about pages
/// (`meta`, `links`, `pagination` …), not within the entries. `links_at`: where the entries are.
/// Pure.
[[nodiscard]] std::optional<std::string> sign_of_more(const Page& page, const JsonValue& document,
                                                      const JsonPointer& links_at);

}  // namespace fanfetch
