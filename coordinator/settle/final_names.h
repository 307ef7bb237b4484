#pragma once

#include <memory>
#include <string>

#include "common/outcome.h"
#include "coordinator/ledger/history.h"
#include "coordinator/link/link.h"
#include "coordinator/names/final_name.h"
#include "coordinator/names/in_flight.h"
#include "coordinator/settle/batch_settler.h"

namespace fanfetch {

/// Gives saved files their names where known content changes the planned one, by the planner's own
/// rule: unique when case-folded among the ledger's names and those on their way, and not a foreign
/// file's; else with a suffix. Thread: the ledger's.
class FinalNames {
 public:
  /// `ledger`: its path; opened when it is first needed. `in_flight` is lent.
  FinalNames(const FinalNameRules& rules, std::string ledger, int output_fd, InFlight& in_flight)
      : rules_(rules), ledger_(std::move(ledger)), output_fd_(output_fd), in_flight_(in_flight) {}

  /// The planned name, or another one, which is taken in InFlight then, beside the planned one.
  [[nodiscard]] FinalName choose(const Link& link, const Saved& saved);

 private:
  [[nodiscard]] bool take(const FinalName& name, const LinkId& link);
  [[nodiscard]] bool is_taken(const FinalName& name, const LinkId& link);

  const FinalNameRules rules_;
  const std::string ledger_;
  const int output_fd_;
  InFlight& in_flight_;
  std::unique_ptr<History> history_;
};

}  // namespace fanfetch
