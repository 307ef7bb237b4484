#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include "common/unique_fd.h"
#include "coordinator/net/name_files.h"

namespace fanfetch {

/// Looks at the hosts file and resolv.conf once a second, on a thread of its own: /etc may lie on a
/// slow disk or a network, and the loop must not wait for either. Thread: the loop's, for all that
/// is public.
class NameWatch {
 public:
  /// `files`: read once already. `interval`: between two looks.
  explicit NameWatch(NameFiles files, std::chrono::milliseconds interval = std::chrono::seconds(1));
  /// Waits for a look that has begun.
  ~NameWatch();
  NameWatch(const NameWatch&) = delete;
  NameWatch& operator=(const NameWatch&) = delete;

  /// Readable when take() has something. The caller drains it before take().
  [[nodiscard]] int changed_fd() const { return changed_.get(); }
  /// Returns what the files said when they last changed; nullopt if it was taken already.
  [[nodiscard]] std::optional<SystemNames> take();

 private:
  void run();

  NameFiles files_;  // the thread's
  const std::chrono::milliseconds interval_;
  const UniqueFd stop_;
  const UniqueFd changed_;
  std::mutex mutex_;
  std::optional<SystemNames> latest_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace fanfetch
