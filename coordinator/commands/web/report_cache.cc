#include "coordinator/commands/web/report_cache.h"

#include <algorithm>

namespace fanfetch {

Result<ReportCache::Answer> ReportCache::get() {
  const std::unique_lock reading(reading_, std::try_to_lock);
  {
    const std::lock_guard lock(mutex_);
    if (error_ && clock_() < error_until_) return tl::unexpected(*error_);
    if (!reading.owns_lock()) return Answer{.json = last_, .may_be_old = true};
  }
  return look();
}

Result<ReportCache::Answer> ReportCache::look() {
  const Instant begun = clock_();
  auto report = read_unless_good();
  const Instant now = clock_();
  const std::lock_guard lock(mutex_);
  if (!report) {
    error_ = report.error();
    error_until_ = now + std::max<Duration>(kErrorRest, now - begun);
    return tl::unexpected(report.error());
  }
  error_.reset();
  last_ = std::move(*report);
  return Answer{.json = last_};
}

Result<ReportCache::Report> ReportCache::read_unless_good() {
  const Instant begun = clock_();
  auto mark = source_.look();
  if (!mark) return tl::unexpected(std::move(mark.error()));
  if (begun < good_until_ && *mark == mark_) {
    const std::lock_guard lock(mutex_);
    return last_;
  }
  auto json = source_.read();
  if (!json) return tl::unexpected(std::move(json.error()));
  const Instant now = clock_();
  // Looked at before: a run that ended during the reading makes it outdated.
  mark_ = std::move(*mark);
  good_until_ = now + (now - begun) * kRest;
  return std::make_shared<const std::string>(std::move(*json));
}

}  // namespace fanfetch
