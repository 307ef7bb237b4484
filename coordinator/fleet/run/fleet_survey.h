#pragma once

#include <map>
#include <string>

#include "coordinator/fleet/fleet_view.h"
#include "coordinator/redis/redis_reply.h"

namespace fanfetch {

/// Makes a FleetView of what Redis answers. Trusts nothing of it. Pure.
class FleetSurvey {
 public:
  /// `job`: the answer of HGETALL to its hash, decoded; `where`: from there, too.
  FleetSurvey(const FleetJob& job, std::string where);

  /// The answer to kSurvey.
  void on_survey(const RedisReply& reply);
  /// The answer to kSurveyPartitions, for any number of partitions.
  void on_partitions(const RedisReply& reply);

  [[nodiscard]] FleetView view() const;

 private:
  FleetView view_;                                // without nodes
  std::map<std::string, FleetView::Node> nodes_;  // by name
};

}  // namespace fanfetch
