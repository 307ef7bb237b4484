#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/commands/report/data/report_data.h"

namespace fanfetch {

/// Sorts failures by class, and keeps a few of each as examples. Pure, in bounded memory.
class FailureClasses {
 public:
  /// Of a ledger that is damaged, or a stranger's; further ones count as kUnknown.
  static constexpr std::size_t kMostClasses = 64;
  static constexpr std::string_view kUnknown = "unknown";

  explicit FailureClasses(std::size_t examples) : most_examples_(examples) {}

  /// What a row says of a failure; the texts are lent for the call.
  struct Failure {
    std::string_view error;  ///< Empty: the row names none.
    std::string_view url;
    std::string_view message;
    int http_status = 0;
    int attempts = 0;
  };
  void add(const Failure& failure);

  /// Most frequent first; without worst_hosts.
  [[nodiscard]] std::vector<FailureClass> take();

 private:
  struct Entry {
    FailureClass shown;
    std::map<int, std::uint64_t> statuses;
    bool is_spread = false;  // as many examples as there may be, each of another host
  };
  Entry& entry_of(std::string_view error);
  void offer(Entry& entry, const Failure& failure) const;

  std::size_t most_examples_;
  std::vector<Entry> entries_;
};

}  // namespace fanfetch
