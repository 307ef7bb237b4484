#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "coordinator/ledger/ledger.h"
#include "coordinator/settle/placer.h"

namespace fanfetch {

/// How names are made: the plan's business, and lent to the ledger.
struct NameRules {
  /// The n-th other name (from 1) like `name` for the link with this hash.
  std::function<std::string(const std::string& name, const Sha256Digest& hash, unsigned n)> other;
  /// See Link::name_key.
  std::function<std::uint64_t(const std::string& name)> key;
};

/// A part that the ledger has noted for placing, and what became of it.
struct PartToPlace {
  std::int64_t row = 0;
  std::string part;
  Sha256Digest hash{};
  std::optional<FileStamp> replaces;
  std::string name;     ///< In: the name that was noted. Out: the one that it has got.
  bool placed = false;  ///< Out: it has that name.
  std::string problem;  ///< Out: why it can have none.
};

/// Gives the parts their names. A name that is taken is never touched: the part gets another one,
/// which the ledger notes before it is used. Where a file or a link stands in a folder's place, the
/// name loses its folders: `a/b.jpg` becomes like `a_b.jpg`. Parts that cannot have any name are
/// given up in the ledger.
/// Error: the output or the ledger cannot be written; what is neither placed nor has a problem
/// stays noted, for the next run to place.
[[nodiscard]] Result<> place_parts(std::span<PartToPlace> parts, const Placer& placer,
                                   Ledger& ledger, const NameRules& names);

}  // namespace fanfetch
