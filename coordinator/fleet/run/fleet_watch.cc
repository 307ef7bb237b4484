#include "coordinator/fleet/run/fleet_watch.h"

#include <algorithm>
#include <utility>

#include "coordinator/fleet/run/look_scripts.h"
#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

/// Between two looks; more in a job of many partitions, so that Redis spends less than 1 % of its
/// time on them.
constexpr std::chrono::milliseconds kLookAgain{2000};
constexpr std::chrono::milliseconds kForEachQuestion{500};

}  // namespace

FleetWatch::FleetWatch(const FleetJob& job, std::string where)
    : job_(job), where_(std::move(where)), view_(FleetSurvey(job_, where_).view()) {}

FleetWatch::~FleetWatch() { stop(); }

void FleetWatch::start(EventLoop& loop, FleetLine& line) {
  loop_ = &loop;
  line_ = &line;
}

void FleetWatch::on_up() { look_again_in(Duration(0)); }

void FleetWatch::stop() {
  if (loop_ != nullptr) cancel_timer(*loop_, timer_);
  survey_.reset();
  line_ = nullptr;
}

SeenFleet FleetWatch::seen() const {
  SeenFleet seen{.view = view_, .age = {}};
  seen.view.state = job_.state;
  if (seen_at_) {
    seen.age = std::chrono::duration_cast<std::chrono::milliseconds>(loop_->now() - *seen_at_);
  }
  return seen;
}

std::optional<std::uint64_t> FleetWatch::nodes() const {
  const bool is_known = seen_at_ && loop_->now() - *seen_at_ < kOldLook;
  return is_known ? std::optional(present_nodes(view_)) : std::nullopt;
}

void FleetWatch::look_again_in(Duration wait) {
  cancel_timer(*loop_, timer_);
  timer_ = loop_->call_at(loop_->now() + wait, [this] {
    timer_.reset();
    if (line_ != nullptr && line_->is_up()) look();
  });
}

void FleetWatch::look() {
  began_ = loop_->now();
  survey_.emplace(job_, where_);
  ask(scripts::kSurvey, {key_prefix(job_.name)}, [this](const auto& reply) {
    survey_->on_survey(reply);
    look_at_partitions(0);
  });
}

/// `asked`: questions that this look has had.
void FleetWatch::look_at_partitions(unsigned asked) {
  if (const auto next = survey_->next_partitions()) {
    return ask(scripts::kSurveyPartitions,
               {key_prefix(job_.name), std::to_string(next->first), std::to_string(next->second)},
               [this, asked](const auto& reply) {
                 survey_->on_partitions(reply);
                 look_at_partitions(asked + 1);
               });
  }
  view_ = survey_->view();
  seen_at_ = began_;
  survey_.reset();
  look_again_in(std::max(kLookAgain, asked * kForEachQuestion));
}

/// What Redis does not answer is asked again; whoever needs its answers tells of it.
void FleetWatch::ask(std::string_view script, std::vector<std::string> arguments,
                     std::function<void(const RedisReply&)> next) {
  const bool is_sent = line_->run(script, std::move(arguments),
                                  [this, next = std::move(next)](const RedisAnswer& answer) {
                                    if (!survey_) return;
                                    if (answer.is_good()) return next(answer.reply);
                                    survey_.reset();
                                    if (answer.fate == RedisAnswer::Fate::refused)
                                      look_again_in(kLookAgain);
                                  });
  if (is_sent) return;
  survey_.reset();
  if (line_->is_up()) look_again_in(kLookAgain);  // too much waits to be sent
}

}  // namespace fanfetch
