#pragma once

#include <cstdint>
#include <functional>
#include <variant>
#include <vector>

#include "common/result.h"
#include "coordinator/plan/link_filter.h"
#include "coordinator/planner.h"
#include "coordinator/sources/open_source.h"

namespace fanfetch {

/// One source of the run, and which of its links to take.
struct ReaderSource {
  SourceSpec spec;
  LinkFilter filter;
};

struct EndOfList {
  std::uint64_t total = 0;  ///< Entries in all sources.
};

/// What becomes of the lists: a plan for each entry, a source that could not be had (Error), and at
/// last the end.
using Planned = std::variant<Link, Record, LedgerRow, OutputTrouble, Error, EndOfList>;

/// Reads the sources in turn and has each link planned. Thread: one of its own, as it may block on
/// a pipe, a disk or a page.
class Reader {
 public:
  /// Takes what comes next, and may wait; false: the run needs no more.
  using Sink = std::function<bool(Planned)>;

  Reader(std::vector<ReaderSource> sources, SourceContext context, Planner planner);

  /// All sources to their end, each entry once to `sink`, then EndOfList.
  void run(const Sink& sink);

 private:
  [[nodiscard]] bool read(const ReaderSource& source, const Sink& sink);

  std::vector<ReaderSource> sources_;
  SourceContext context_;
  Planner planner_;
  std::uint64_t count_ = 0;
};

}  // namespace fanfetch
