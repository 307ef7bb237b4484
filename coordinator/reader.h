#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/link.h"
#include "common/record.h"
#include "common/result.h"
#include "coordinator/plan/link_filter.h"
#include "coordinator/plan/name_template.h"
#include "coordinator/plan/path_text.h"
#include "coordinator/plan/seen_links.h"
#include "coordinator/plan/taken_names.h"
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

/// What becomes of the lists: a link to fetch, a record of one that is settled already, a source
/// that could not be had, and at last the end.
using Planned = std::variant<Link, Record, Error, EndOfList>;

/// Reads the sources in turn; filters, recognises and names each link. Thread: one of its own, as
/// it may block on a pipe, a disk or a page. Memory: 32 to 64 bytes a link that it has seen, and 11
/// to 21 for its name, until a ledger holds them.
class Reader {
 public:
  /// Takes what comes next, and may wait; false: the run needs no more.
  using Sink = std::function<bool(Planned)>;

  /// `output_fd`: where to look for files that are there already; -1: nowhere.
  Reader(std::vector<ReaderSource> sources, SourceContext context, NameTemplate names,
         int output_fd);

  /// All sources to their end, each entry once to `sink`, then EndOfList.
  void run(const Sink& sink);

 private:
  [[nodiscard]] bool read(const ReaderSource& source, const Sink& sink);
  [[nodiscard]] Planned plan(const ListedItem& item, const LinkFilter& filter);
  [[nodiscard]] std::string choose_name(const Link& link, const std::string& id);
  [[nodiscard]] bool exists(const std::string& name) const;

  std::vector<ReaderSource> sources_;
  SourceContext context_;
  NameTemplate names_;
  int output_fd_;
  std::uint64_t count_ = 0;
  SeenLinks seen_;
  TakenNames taken_;
};

}  // namespace fanfetch
