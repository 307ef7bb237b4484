#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "common/clock.h"
#include "coordinator/commands/folder/folder.h"
#include "coordinator/commands/live/run_contact.h"

namespace fanfetch {

/// What the run that is going on says of itself, once a second for all who watch; the run is asked
/// only while somebody does, and no more often however many come and go. A thread of its own asks:
/// a run that does not answer holds nobody up. Thread-safe.
class LiveFeed {
 public:
  static constexpr std::chrono::milliseconds kInterval{1000};
  /// What a run may take for an answer.
  static constexpr std::chrono::milliseconds kPatience{1000};
  /// Each holds a connection for as long as its page is open.
  static constexpr std::size_t kMaxWatchers = 8;

  explicit LiveFeed(RunFolder folder);
  LiveFeed(const LiveFeed&) = delete;
  LiveFeed& operator=(const LiveFeed&) = delete;
  /// Waits for an answer that is due, at most kPatience.
  ~LiveFeed();

  /// One who watches, until it goes.
  class Watcher {
   public:
    explicit Watcher(LiveFeed& feed) : feed_(feed) {}
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;
    ~Watcher();
    /// The next news, as one line of JSON; those that came while nobody asked are left out. Null:
    /// there is none any more, the feed has stopped.
    [[nodiscard]] std::shared_ptr<const std::string> next();

   private:
    LiveFeed& feed_;
    std::uint64_t seen_ = 0;
  };
  /// Null: there are as many as may be.
  [[nodiscard]] std::shared_ptr<Watcher> watch();
  /// Ends all waiting.
  void stop();

  /// Asks the run, and waits for its answer, a line. Exit: see RunContact.
  [[nodiscard]] tl::expected<std::string, Exit> ask(const Request& request);

 private:
  void work();
  [[nodiscard]] std::string look();
  [[nodiscard]] std::optional<std::string> ask_all();

  const RunFolder folder_;

  std::mutex asking_;
  // Under it:
  std::optional<RunContact> contact_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Under it:
  std::size_t watchers_ = 0;
  std::uint64_t number_ = 0;  // of news_
  std::shared_ptr<const std::string> news_;
  Instant next_look_{};  // news_ is good until then
  bool stopped_ = false;

  std::thread thread_;
};

}  // namespace fanfetch
