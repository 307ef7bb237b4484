#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/fleet/node_leases.h"

namespace fanfetch::simulation {

/// True time since the simulation began. Each machine's clock makes something else of it.
using TrueTime = Duration;

/// One master and its memory: the leases, the era, and what a replica of it may lack.
class SimulatedRedis {
 public:
  /// When partitions without a lease are marked as handed back beside the era that is recorded.
  enum class Marks : std::uint8_t { by_closed_eras, by_all_eras };

  SimulatedRedis(unsigned partitions, std::string name, Marks marks);

  /// The job's birth: an era, and all partitions handed back.
  void bear(TrueTime now);

  struct Reply {
    LeaseAnswer answer = LeaseAnswer::no;
    // Of a look:
    ServerId server;
    std::optional<Era> era;
    std::vector<PartitionSeen> seen;
  };
  /// Executes one request of `node` (unique among all processes that there ever were). `known`:
  /// the era that it names, or that it saw. `next`: that it records.
  Reply execute(const LeaseAction& action, std::uint64_t node, const std::optional<Era>& known,
                const Era& next, Duration lease, TrueTime now);

  /// Forgets what it was told after `since`, as a replica that became the master, or a log that was
  /// cut; and is another server from now on.
  void lose(TrueTime since, std::string name);
  void flush(TrueTime now);

 private:
  struct Key {
    enum class Kind : std::uint8_t { none, handed_back, lease };
    Kind kind = Kind::none;
    std::uint64_t node = 0;
    TakeNumber take = 0;
    TrueTime expires{};
  };
  struct Change {
    TrueTime when;
    std::optional<unsigned> partition;  // nullopt: the era
    Key key;                            // what was there before
    std::optional<Era> era;
  };

  [[nodiscard]] Key& key(unsigned partition, TrueTime now);
  void set(unsigned partition, Key key, TrueTime now);
  void set_era(std::optional<Era> era, TrueTime now);

  ServerId id_;
  Marks marks_;
  std::vector<Key> keys_;
  std::optional<Era> era_;
  std::deque<Change> changes_;
};

}  // namespace fanfetch::simulation
