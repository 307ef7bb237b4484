#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "common/unique_fd.h"
#include "coordinator/net/system_names.h"

namespace fanfetch {

/// Looks at the hosts file and resolv.conf once a second, on a thread of its own: /etc may lie on a
/// slow disk or a network, and the loop must not wait for either. Thread: the loop's, for all that
/// is public.
class NameWatch {
 public:
  /// What the files say if they have changed since the last look. May wait for them.
  using Look = std::function<std::optional<SystemNames>()>;

  /// `interval`: between two looks. A look owns what it uses.
  explicit NameWatch(Look look, std::chrono::milliseconds interval = std::chrono::seconds(1));
  /// Waits a little for a look that has begun; one that hangs goes on by itself.
  ~NameWatch();
  NameWatch(const NameWatch&) = delete;
  NameWatch& operator=(const NameWatch&) = delete;

  /// Readable when take() has something. The caller drains it before take().
  [[nodiscard]] int changed_fd() const { return shared_->changed.get(); }
  /// Returns what the files said when they last changed; nullopt if it was taken already.
  [[nodiscard]] std::optional<SystemNames> take();

 private:
  /// The thread's and ours: the thread may outlive us.
  struct Shared {
    const Look look;  // the thread's
    const std::chrono::milliseconds interval;
    const UniqueFd stop, changed, done;
    std::mutex mutex{};
    std::optional<SystemNames> latest{};  // guarded by `mutex`
  };

  static void run(Shared& shared);

  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace fanfetch
