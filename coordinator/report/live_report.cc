#include "coordinator/report/live_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/utf8.h"
#include "coordinator/link/failure_status.h"
#include "coordinator/report/failure_text.h"
#include "coordinator/report/summary.h"

namespace fanfetch {
namespace {

/// Of a failure, so that a hostile list or server cannot make the ring large.
constexpr std::size_t kMostUrlBytes = 2000;
constexpr std::size_t kMostReasonBytes = 500;

}  // namespace

void LastFailures::add(const Record& record) {
  LiveFailure oldest;  // whose strings have room already
  if (ring_.size() >= kMost) {
    oldest = std::move(ring_.front());
    ring_.pop_front();
  }
  oldest.error = *record.error;
  oldest.http_status = failure_status(record.http_status);
  const std::string_view url = record.url ? std::string_view(*record.url) : std::string_view();
  oldest.url.assign(url.substr(0, kMostUrlBytes));
  const std::string_view why =
      record.message ? std::string_view(*record.message) : std::string_view();
  oldest.reason.assign(why.substr(0, kMostReasonBytes));
  oldest.stood = record.stood;
  ring_.push_back(std::move(oldest));
}

std::vector<LiveFailure> LastFailures::last(std::size_t most) const {
  const auto count = static_cast<std::ptrdiff_t>(std::min(most, ring_.size()));
  std::vector<LiveFailure> failures(ring_.end() - count, ring_.end());
  for (LiveFailure& failure : failures) {
    failure.host = printable(host_and_path(failure.url).host);
    failure.url = printable(failure.url, kMostUrlBytes);
    failure.reason = printable(failure.reason);
  }
  return failures;
}

std::string bytes_text(const LiveReport& live, std::string_view of) {
  std::string text = human_bytes(live.received_bytes);
  if (!live.total_bytes) return text;
  return text.append(of)
      .append(live.total_bytes_exact ? "" : "~")
      .append(human_bytes(*live.total_bytes));
}

std::string nodes_text(const LiveReport& live) {
  if (!live.nodes) return "";
  return fmt::format("{} node{}", *live.nodes, *live.nodes == 1 ? "" : "s");
}

std::string waiting_text(const LiveReport& live) {
  const bool one = live.hosts_waiting == 1;
  return fmt::format("waiting for {} host{} ({}{})", live.hosts_waiting, one ? "" : "s",
                     one ? "" : "longest ", human_time_left(live.longest_wait));
}

std::string status_line(const LiveReport& live) {
  std::string text = live.total ? fmt::format("{} of {} done", live.settled(), *live.total)
                                : fmt::format("{} done", live.settled());
  text += fmt::format(", {} failed, {}, {}, {}", live.failed - live.failed_before, bytes_text(live),
                      human_rate(live.links_per_second), human_byte_rate(live.bytes_per_second));
  if (live.nodes) text += ", " + nodes_text(live);
  if (!live.paused.empty()) {
    text += ", " + live.paused;
  } else if (live.everything_waits) {
    text += ", " + waiting_text(live);
  } else if (live.time_left) {
    text += ", " + human_time_left(*live.time_left) + " left";
  }
  return text;
}

}  // namespace fanfetch
