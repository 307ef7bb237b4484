#pragma once

#include <string>
#include <string_view>

#include "common/result.h"
#include "coordinator/fleet/fleet_fields.h"
#include "coordinator/link/link.h"
#include "coordinator/link/record.h"

namespace fanfetch {

/// What became of a link on a node, on its way to the driver. Its fields are those of Record, in
/// the table of result_entry.cc. The list's columns are the driver's own, and it adds them.
struct ResultEntry {
  LinkId id{};
  std::string node;  ///< A name as is_node_name() wants it.
  Record record;
};

/// 1 to 64 letters, digits, `-`, `_` and dots, with no dot at the beginning: it names folders.
[[nodiscard]] bool is_node_name(std::string_view text);

/// Texts that are longer than any honest server's are cut. A result always fits what decode takes.
/// REQUIRES: is_node_name(entry.node); the record's name is a safe one, if it has any.
[[nodiscard]] FleetFields encode(const ResultEntry& entry);
/// Whether these, which encode() has made, say that there is a file.
[[nodiscard]] bool has_file(const FleetFields& result);
/// Trusts nothing: what is returned has the parts that its status needs, a safe name, and numbers
/// whose sums do not wrap. What it says may still be a lie. Error: it is no result, and why.
[[nodiscard]] Result<ResultEntry> decode_result(const FleetFields& fields);

}  // namespace fanfetch
