#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "coordinator/fleet/fleet_view.h"
#include "coordinator/redis/redis_reply.h"

namespace fanfetch {

/// Makes a FleetView of what Redis answers. Trusts nothing of it. Pure.
class FleetSurvey {
 public:
  /// `job`: the answer of HGETALL to its hash, decoded; `where`: from there, too.
  FleetSurvey(const FleetJob& job, std::string where);

  /// The answer to kSurvey, which is asked first.
  void on_survey(const RedisReply& reply);
  /// The answer to kSurveyPartitions, for any number of partitions.
  void on_partitions(const RedisReply& reply);
  /// From which partition to which, without that, kSurveyPartitions is asked for next, so that no
  /// script holds Redis up; nullopt: for none.
  [[nodiscard]] std::optional<std::pair<unsigned, unsigned>> next_partitions();

  [[nodiscard]] FleetView view() const;

 private:
  [[nodiscard]] FleetView::Node* node_of(const std::string& name);

  FleetView view_;                                // without nodes
  std::map<std::string, FleetView::Node> nodes_;  // by name
  unsigned asked_for_ = 0;                        // partitions
};

}  // namespace fanfetch
