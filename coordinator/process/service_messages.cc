#include "coordinator/process/service_messages.h"

#include <fmt/format.h>

#include <algorithm>

namespace fanfetch {
namespace {

bool is_due(const std::optional<Instant>& last, Duration interval, Instant now) {
  return !last || now - *last >= interval;
}

std::string more_time() {
  using std::chrono::microseconds;
  return fmt::format("EXTEND_TIMEOUT_USEC={}\n", microseconds(ServiceMessages::kMoreTime).count());
}

}  // namespace

std::string ServiceMessages::starting(Instant now) {
  before_ = said_;
  if (!said_.more_time_at) {  // the manager's own patience has just begun
    said_.more_time_at = now;
    return {};
  }
  if (!is_due(said_.more_time_at, kInterval, now)) return {};
  said_.more_time_at = now;
  return more_time() + "STATUS=taking up what earlier runs left\n";
}

std::string ServiceMessages::running(const Look& look, Instant now) {
  before_ = said_;
  std::string lines;
  if (!said_.ready) {
    said_.ready = true;
    lines += "READY=1\n";
  }
  if (look.ending && !said_.stopping) {
    said_.stopping = true;
    said_.more_time_at = now;
    said_.moves_more_time = look.moves;
    lines += "STOPPING=1\n";
  }
  if (watchdog_ && is_due(said_.alive_at, *watchdog_ / 2, now) &&
      (look.idle || look.moves != said_.moves_alive)) {
    said_.alive_at = now;
    said_.moves_alive = look.moves;
    lines += "WATCHDOG=1\n";
  }
  if (said_.stopping && look.moves != said_.moves_more_time &&
      is_due(said_.more_time_at, kInterval, now)) {
    said_.more_time_at = now;
    said_.moves_more_time = look.moves;
    lines += more_time();
  }
  const bool news = !lines.empty() || is_due(said_.status_at, kInterval, now);
  if (news && look.status != said_.status && !look.status.empty()) {
    said_.status_at = now;
    said_.status = look.status;
    lines += fmt::format("STATUS={}\n", look.status);
  }
  return lines;
}

Duration ServiceMessages::look_interval() const {
  using std::chrono::milliseconds;
  return std::clamp<Duration>(watchdog_.value_or(Duration::max()) / 4, milliseconds(20),
                              milliseconds(1000));
}

void ServiceMessages::not_sent() { said_ = before_; }

}  // namespace fanfetch
