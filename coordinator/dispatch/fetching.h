#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/clock.h"
#include "coordinator/link/link.h"
#include "coordinator/schedule/scheduler.h"

namespace fanfetch {

/// What fetches planned links, as the loop's decisions see it. Abstract since links are fetched
/// here or elsewhere; the real ones are Dispatcher, with this machine's workers, and FleetDriver,
/// with the nodes of a fleet. Thread: the loop's.
class Fetching {
 public:
  virtual ~Fetching() = default;

  virtual void add(Link link) = 0;
  /// No link follows.
  virtual void on_list_end() = 0;
  /// How many more links it is to be given now.
  [[nodiscard]] virtual std::size_t room() const = 0;
  /// Begins what can be begun, and wakes the loop again when more is due. Call once per wake-up.
  virtual void dispatch() = 0;

  /// Nothing new begins from now on, until resume(): what is in flight finishes.
  virtual void pause() = 0;
  /// dispatch() goes on.
  virtual void resume() = 0;
  /// The run ends early: no link gets another request.
  virtual void cut_off() = 0;

  /// Other rules hold from now on, for links that wait too.
  virtual void set_host_rules(HostRules rules) = 0;
  [[nodiscard]] virtual const HostRules& host_rules() const = 0;
  /// JobRules::limit_rate of what is begun from now on.
  virtual void set_limit_rate(std::uint64_t bytes_a_second) = 0;
  /// See Scheduler::top_hosts().
  [[nodiscard]] virtual std::vector<HostView> top_hosts(HostOrder order,
                                                        std::size_t most) const = 0;

  /// Links that were added and are neither finished nor abandoned.
  [[nodiscard]] virtual std::size_t size() const = 0;
  /// Links that were added so far.
  [[nodiscard]] virtual std::uint64_t added() const = 0;
  /// Links that have had their turn and no outcome yet.
  [[nodiscard]] virtual std::size_t under_way() const = 0;
  /// Body bytes that attempts brought for nothing: no file has them, and no part that the next
  /// attempt can resume.
  [[nodiscard]] virtual std::uint64_t wasted_bytes() const = 0;
  /// Hosts whose links wait; call it no more than once a second.
  [[nodiscard]] virtual Scheduler::Waits waits(Instant now) const = 0;
  /// Links that will have no record if the run ends now.
  [[nodiscard]] virtual std::uint64_t unfinished() const = 0;
  /// When the next link may be tried, if none is under way and all that there are wait for a time.
  [[nodiscard]] virtual std::optional<Instant> sleeps_until() const = 0;
  /// Machines that fetch the links; nullopt: this one does, or it is not known yet.
  [[nodiscard]] virtual std::optional<std::uint64_t> nodes() const = 0;
};

}  // namespace fanfetch
