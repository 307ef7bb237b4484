#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/clock.h"
#include "coordinator/control/live_run.h"

namespace fanfetch {

/// One client of a run: what it has sent, what it is still to get, and for how long it may keep us
/// waiting. It is asked no second time before it has taken its answer. Pure: bytes and times come
/// in and go out; the descriptor is ControlServer's.
class ControlSession {
 public:
  /// Without a whole request for so long it is dropped; who looks once a second is far below.
  static constexpr Duration kSilence = std::chrono::seconds(30);
  /// For so long it may take nothing of its answer.
  static constexpr Duration kStall = std::chrono::seconds(5);
  /// An answer is at most so long; more would be a fault of ours, and is not kept for anybody.
  static constexpr std::size_t kMaxUnsent = 2 << 20;

  explicit ControlSession(Instant now) : since_(now) {}

  /// Bytes that it may send now; 0: its answer comes first.
  [[nodiscard]] std::size_t room() const;
  /// REQUIRES: bytes.size() <= room().
  void received(std::string_view bytes, Instant now);
  /// Answers its next request, if there is a whole one and the last answer is gone. False: no.
  bool answer_next(LiveRun& run);
  /// It gets this, and nothing after it.
  void refuse(std::string answer);

  /// What is to be sent to it.
  [[nodiscard]] std::string_view unsent() const { return std::string_view(unsent_).substr(sent_); }
  void sent(std::size_t bytes, Instant now);

  /// It has got all that it will get.
  [[nodiscard]] bool is_over() const { return (last_ && unsent().empty()) || overrun_; }
  /// When it last asked, or took a byte of its answer.
  [[nodiscard]] Instant heard_at() const { return since_; }
  /// When it has kept us waiting for too long.
  [[nodiscard]] Instant due() const { return since_ + (unsent().empty() ? kSilence : kStall); }

 private:
  void say(std::string answer);

  std::string input_;
  std::size_t searched_ = 0;  // bytes of input_ that hold no LF
  std::string unsent_;
  std::size_t sent_ = 0;  // of unsent_
  Instant since_;         // the last request or the last byte that it took
  bool last_ = false;
  bool overrun_ = false;
};

}  // namespace fanfetch
