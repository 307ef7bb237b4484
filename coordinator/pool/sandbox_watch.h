#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"
#include "common/sandbox/sandbox_rules.h"

namespace fanfetch {

/// How far the workers of a run have locked themselves in, and what follows where one cannot. Pure.
class SandboxWatch {
 public:
  /// `required`: of each worker; 0: whatever the machine can do.
  explicit SandboxWatch(Protections required) : required_(required) {}

  /// Worker `number` has come to serve, inside. Returns what all so far have in common, if that has
  /// changed; else nullopt. Error: it has less than is required.
  [[nodiscard]] Result<std::optional<Protections>> on_locked_in(unsigned number,
                                                                Protections reached);

  /// A level below, and what the user should know of it.
  struct Lowered {
    SandboxLevel level;
    std::string notice;
  };
  /// A worker ended before it came to serve, because of its sandbox, which was of the level
  /// `tried`; `how` is for people. What kept it from working is most likely this machine's: those
  /// that are started from now on get less than the level `now`, one step for all that failed at
  /// it. Once one has served inside it is not the machine's: a worker that was taken over must not
  /// talk its successors out of their sandbox. nullopt: the level stays. Error: all of it is
  /// required.
  [[nodiscard]] Result<std::optional<Lowered>> on_failed(SandboxLevel tried, SandboxLevel now,
                                                         std::string_view how) const;

 private:
  Protections required_;
  std::optional<Protections> common_;  // of all that came to serve
};

}  // namespace fanfetch
