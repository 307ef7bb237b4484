#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/process/exit.h"
#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {

/// For the user, while something waits.
using TellUser = std::function<void(std::string text)>;

/// A loop and a line for one conversation, which begins again whenever the line is new. Waits: no
/// loop turns meanwhile but its own. `Outcome`: what it brings.
template <class Outcome>
class Desk {
 public:
  Desk(const FleetAccess& access, const TellUser& tell) : tell_(tell), access_(access) {}
  virtual ~Desk() { cancel_timer(loop_, again_timer_); }

  using Talked = tl::expected<Outcome, Exit>;

  /// Exit: status kExitConfiguration where a person has to change something, kExitListFailed where
  /// Redis cannot be reached for longer than it may.
  Talked talk() {
    line_.emplace(
        loop_, access_,
        FleetLine::Events{.on_up = [this](RedisData) { begin(); },
                          .on_down = nullptr,
                          .on_gone =
                              [this](const std::string& why, bool is_hopeless) {
                                end(tl::unexpected(exit_with(
                                    is_hopeless ? kExitConfiguration : kExitListFailed, why)));
                              },
                          .on_notice = tell_});
    loop_.call_at(std::chrono::steady_clock::now(), [this] { line_->start(); });
    while (!outcome_) loop_.run([] {});
    return std::move(*outcome_);
  }

 protected:
  virtual void ask() = 0;

  void end(Talked outcome) {
    if (!outcome_) outcome_.emplace(std::move(outcome));
    loop_.stop();
  }
  /// Sends a command whose good answer is taken by `next`; any other is tried again.
  void send(const std::vector<std::string>& words, std::function<void(const RedisReply&)> next) {
    (void)line_->send(words, checked(std::move(next)));
  }
  void run(std::string_view script, const std::vector<std::string>& arguments,
           std::function<void(const RedisReply&)> next) {
    (void)line_->run(script, arguments, checked(std::move(next)));
  }
  /// Goes on by `next` where what was sent lasts, as FleetLine::confirm() says. Where it does not,
  /// the user is told `what` of it, and all is asked for again.
  void confirm(std::string what, std::function<void()> next) {
    const bool is_sent = line_->confirm(
        kConfirmIn, [this, what = std::move(what), next = std::move(next)](FleetLine::Safe safe) {
          if (outcome_) return;
          if (safe == FleetLine::Safe::yes) return next();
          if (!line_->is_up()) return;  // the line is new soon
          if (safe == FleetLine::Safe::no) {
            line_->tell(
                {.kind = RedisTroubleKind::silent, .remedy = RedisRemedy::wait, .sentence = what});
          }
          ask_again();
        });
    if (!is_sent) ask_again();
  }
  void ask_again(Duration wait = kAskAgain) {
    cancel_timer(loop_, again_timer_);
    again_timer_ = loop_.call_at(loop_.now() + wait, [this] {
      again_timer_.reset();
      if (line_->is_up()) ask();
    });
  }

  EventLoop loop_;
  const TellUser& tell_;

 private:
  /// A replica of Redis has that long to confirm what was sent.
  static constexpr std::chrono::seconds kConfirmIn{1};

  void begin() {
    cancel_timer(loop_, again_timer_);  // one conversation at a time
    ask();
  }

  RedisDone checked(std::function<void(const RedisReply&)> next) {
    return [this, next = std::move(next)](const RedisAnswer& answer) {
      if (outcome_) return;
      if (answer.is_good()) return next(answer.reply);
      if (answer.fate != RedisAnswer::Fate::refused) return;  // the line is new soon
      if (answer.trouble.remedy == RedisRemedy::give_up) {
        return end(tl::unexpected(exit_with(kExitConfiguration, answer.trouble.sentence)));
      }
      line_->tell(answer.trouble);
      ask_again();
    };
  }

  const FleetAccess& access_;
  std::optional<FleetLine> line_;  // while it talks
  std::optional<EventLoop::TimerKey> again_timer_;
  std::optional<Talked> outcome_;
};

}  // namespace fanfetch
