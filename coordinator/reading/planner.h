#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "common/job.h"
#include "common/result.h"
#include "coordinator/ledger/history.h"
#include "coordinator/ledger/rows_ahead.h"
#include "coordinator/ledger/seen_rows.h"
#include "coordinator/link/bloom_filter.h"
#include "coordinator/link/link.h"
#include "coordinator/link/record.h"
#include "coordinator/names/links_in_flight.h"
#include "coordinator/names/name_claims.h"
#include "coordinator/names/name_template.h"
#include "coordinator/reading/link_filter.h"
#include "coordinator/reading/retry_failed.h"
#include "coordinator/sources/entry/source.h"

namespace fanfetch {

/// What the user wants to happen to links that earlier runs settled.
struct ResumeOptions {
  bool refresh = false;       ///< Ask the server about saved files.
  bool adopt = false;         ///< A file under a link's plain name counts as saved.
  bool trust_ledger = false;  ///< A saved file is taken to be there, without a look.
  RetryFailed retry_failed;
  HashContent hash_content = HashContent::yes;  ///< Of adopted files.
};

/// What the records of kept links are for. `counted`: of them, status, index, url, file_name, bytes
/// and named_otherwise alone need to be true, which costs a tenth.
enum class KeptRecords : std::uint8_t { whole, counted };

/// What a plan is made with.
struct PlanContext {
  NameTemplate names;
  bool names_of_list = true;  ///< A name that the list gives stands in place of the template.
  /// The folder is to be merged with others: names by the template, which are not unique, get
  /// merged_name()'s suffix.
  bool merged_names = false;
  ResumeOptions resume;
  std::string output;                       ///< The folder, for messages.
  int output_fd = -1;                       ///< Lent; -1: there is no folder yet.
  std::unique_ptr<History> history;         ///< Null: there is no ledger yet.
  std::optional<SeenRows> seen;             ///< REQUIRES: set if history is.
  std::int64_t run = 0;                     ///< This run's number in the ledger.
  BeganEmpty began_empty = BeganEmpty::no;  ///< The ledger is not asked about new links.
  KeptRecords kept_records = KeptRecords::whole;
  LinksInFlight* links_in_flight = nullptr;  ///< Lent.
  NameClaims* name_claims = nullptr;         ///< Lent.
};

/// The output or the ledger cannot be used any more: the run is over.
struct OutputTrouble {
  std::string message;
  bool ledger_damaged = false;
};

/// The planner's answer for one entry of a list: a link to fetch, the record of one that needs no
/// request, or a row to write that needs none.
using Plan = std::variant<Link, Record, LedgerRow, OutputTrouble>;

/// Filters links, recognizes those that are settled or in flight, and names the others. May wait
/// for the disk. Thread: the reader's.
class Planner {
 public:
  explicit Planner(PlanContext context);

  /// `index`: of the entry in the list, from 1.
  [[nodiscard]] Plan plan(const ListedItem& item, const LinkFilter& filter, std::uint64_t index);
  /// Ends its look into the ledger, which holds the writer's log up. Call before a pause.
  void rest();

 private:
  [[nodiscard]] Plan plan_link(Link link, const ListedItem& item);
  [[nodiscard]] bool is_certainly_new(const LinkId& link);
  [[nodiscard]] std::optional<LedgerRow> row_of(const LinkId& link, std::uint64_t generation);
  [[nodiscard]] Plan plan_new(Link link, const ListedItem& item, std::int64_t own_row);
  /// What `row`, whose record is moved from, says of the link. nullopt: it is to be fetched, under
  /// link.name if that is set.
  [[nodiscard]] std::optional<Plan> recall(Link& link, LedgerRow&& row, const ListedItem& item);
  [[nodiscard]] bool is_named_otherwise(const LedgerRow& row, const ListedItem& item) const;
  [[nodiscard]] Plan bad_url(Record record, std::string message);
  [[nodiscard]] LinkId id_of_no_url(std::string text);
  void look(std::uint64_t generation);
  [[nodiscard]] static NameFields name_fields(const Link& link, const ListedItem& item);
  [[nodiscard]] std::string plain_name(const Link& link, const ListedItem& item) const;
  [[nodiscard]] std::optional<Plan> adopt(const Link& link, const std::string& plain,
                                          std::int64_t own_row);
  [[nodiscard]] std::optional<Plan> adopted_row(const Link& link, const std::string& plain,
                                                std::uint64_t key, const FileStamp& file);
  [[nodiscard]] TakenInLedger taken_in_ledger(std::int64_t own_row);
  [[nodiscard]] std::optional<FileStamp> file_of(const LedgerRow& row) const;
  [[nodiscard]] std::optional<OutputTrouble> trouble() const;

  PlanContext context_;
  std::map<LinkId, std::uint64_t> no_urls_;  // lines of each text that is no URL
  std::optional<RowsAhead> rows_ahead_;      // set: whole rows of saved links are not needed
  std::optional<BloomFilter> planned_;       // links of this run; set: the ledger held no others
  std::optional<std::uint64_t> looked_at_;   // generation() that the look shows; nullopt: no look
};

}  // namespace fanfetch
