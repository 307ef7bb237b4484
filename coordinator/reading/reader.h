#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "common/result.h"
#include "coordinator/reading/link_filter.h"
#include "coordinator/reading/planner.h"
#include "coordinator/reading/slice.h"
#include "coordinator/sources/open_source.h"

namespace fanfetch {

/// One source of the run, and which of its links to take.
struct ReaderSource {
  SourceSpec spec;
  LinkFilter filter;
  unsigned host_limit = 1;  ///< Link::host_limit of its links.
  /// Opens it, in place of open_source(spec): one that SOURCE words do not name. May be null.
  std::function<Result<std::unique_ptr<Source>>(const SourceContext&)> open = nullptr;
};

/// Something that a source has to say to the person at the terminal.
struct Notice {
  std::string text;
};

struct EndOfList {
  std::uint64_t total = 0;  ///< Entries in all sources, but for those of other slices.
};

/// What the reader hands to the loop: the plan of an entry, a source that cannot be read (Error), a
/// source's notice and, as the last item, the end.
using ReaderItem = std::variant<Link, Record, LedgerRow, OutputTrouble, Error, Notice, EndOfList>;

/// Reads the sources in turn and has each link planned. Thread: one of its own, as it may block on
/// a pipe, a disk or a page.
class Reader {
 public:
  /// Takes what comes next out of the vector, in order, and may wait; false: the run needs no more.
  using Sink = std::function<bool(std::vector<ReaderItem>&)>;

  /// `slice`: whose entries alone are planned; nullopt: all.
  Reader(std::vector<ReaderSource> sources, SourceContext context, Planner planner,
         std::optional<Slice> slice = std::nullopt);

  /// All sources to their end, each entry once to `sink`, then EndOfList. What has come is handed
  /// on before a source is waited for.
  void run(Sink sink);
  /// Entries so far, but for those of other slices.
  [[nodiscard]] std::uint64_t count() const { return count_ - elsewhere_; }

 private:
  void read(const ReaderSource& source);
  void tell_slice();
  void add(ReaderItem item);
  void hand_on();
  void look_at_run();

  std::vector<ReaderSource> sources_;
  SourceContext context_;
  Planner planner_;
  std::optional<Slice> slice_;
  std::optional<SliceChooser> chooser_;  // set: slice_ is
  Sink sink_;
  std::vector<ReaderItem> items_;  // not handed on yet
  bool wanted_ = true;             // more of it
  std::uint64_t count_ = 0;
  std::uint64_t elsewhere_ = 0;  // of these: entries of other slices
};

}  // namespace fanfetch
