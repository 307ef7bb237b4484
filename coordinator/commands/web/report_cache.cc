#include "coordinator/commands/web/report_cache.h"

#include "coordinator/commands/report/data/gather.h"
#include "coordinator/commands/web/report_json.h"

namespace fanfetch {

Result<std::shared_ptr<const std::string>> ReportCache::get() {
  std::unique_lock reading(reading_, std::try_to_lock);
  if (!reading.owns_lock()) {
    {
      const std::lock_guard lock(mutex_);
      if (last_) return last_;
    }
    reading.lock();  // the first one: the page has nothing to show
  }
  {
    const std::lock_guard lock(mutex_);
    if (last_ && std::chrono::steady_clock::now() < good_until_) return last_;
  }
  return read();
}

Result<std::shared_ptr<const std::string>> ReportCache::read() {
  const Instant begun = std::chrono::steady_clock::now();
  auto history = open_history(folder_);
  if (!history) return fail("{}", history.error().text);
  const auto data =
      gather_report(**history, folder_, std::chrono::system_clock::now(), {.pictures = 0});
  if (!data) return tl::unexpected(data.error());
  auto json = std::make_shared<const std::string>(report_json(*data));
  const Instant now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  last_ = json;
  good_until_ = now + (now - begun) * kRest;
  return json;
}

}  // namespace fanfetch
