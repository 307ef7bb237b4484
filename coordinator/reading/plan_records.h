#pragma once

#include <cstdint>
#include <string>

#include "coordinator/link/link.h"
#include "coordinator/link/record.h"
#include "coordinator/reading/link_filter.h"
#include "coordinator/sources/entry/source.h"

namespace fanfetch {

// The records of a list's lines that need no request. All are pure.

/// `record` with that reason.
[[nodiscard]] Record skipped(Record record, ErrorClass reason, std::string message);
/// Of a link that came up before, as number `first` of the list.
[[nodiscard]] Record duplicate(const Link& link, std::uint64_t first);
/// Of an entry with a URL that is not to be requested, as its source says.
[[nodiscard]] Record without_request(Record record, const ListedItem& item);

// `record`: of an earlier run.

/// A failure that this run cannot even try, but for one that is not asked for.
[[nodiscard]] Record left_out(Record record, const LinkFilter& filter);
/// A saved file that is still there.
[[nodiscard]] Record kept(const Link& link, Record record, bool named_otherwise);
/// A failure that this run does not try again.
[[nodiscard]] Record still_failed(const Link& link, Record record);

}  // namespace fanfetch
