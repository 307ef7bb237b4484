#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "coordinator/dispatch/workers.h"

namespace fanfetch {

/// The workers of a machine that has none of its own, as a fleet's driver: what moves, moves
/// elsewhere. Thread: the loop's.
class NoWorkers final : public Workers {
 public:
  /// What the workers of others do, as Workers says.
  struct Elsewhere {
    std::function<std::uint64_t()> in_flight;
    std::function<std::uint64_t()> bytes_in;
  };
  explicit NoWorkers(Elsewhere elsewhere) : elsewhere_(std::move(elsewhere)) {}

  [[nodiscard]] Result<> start() override { return {}; }
  [[nodiscard]] bool has_room() const override { return false; }
  [[nodiscard]] std::function<Placement(unsigned worker)> placements() const override {
    return [](unsigned) { return Placement{}; };
  }
  [[nodiscard]] Result<> submit(const Job&, TaskId, const std::string&) override {
    return fail("there are no workers");
  }
  [[nodiscard]] Result<bool> submit_alone(const Job&, TaskId, const std::string&) override {
    return false;
  }
  void reserve(bool) override {}
  void wake() override {}
  void stop(std::function<void()> gone) override { gone(); }
  void cut() override {}
  void kill_all() override {}
  [[nodiscard]] std::uint64_t in_flight() const override { return elsewhere_.in_flight(); }
  [[nodiscard]] std::uint64_t bytes_in() const override { return elsewhere_.bytes_in(); }
  [[nodiscard]] BytesInFlight bytes_in_flight() const override { return {}; }

 private:
  const Elsewhere elsewhere_;
};

}  // namespace fanfetch
