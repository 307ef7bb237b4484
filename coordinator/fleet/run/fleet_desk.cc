#include "coordinator/fleet/run/fleet_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "common/human_text.h"
#include "coordinator/fleet/result_entry.h"
#include "coordinator/fleet/run/fleet_scripts.h"

namespace fanfetch {
namespace {

/// Driver and nodes are often started together.
constexpr std::chrono::milliseconds kFirstPause{16};

using Talked = tl::expected<FleetJob, Exit>;

/// A loop and a line for one conversation, which begins again whenever the line is new.
class Desk {
 public:
  Desk(const FleetAccess& access, const TellUser& tell) : tell_(tell), access_(access) {}
  virtual ~Desk() = default;

  Talked talk() {
    line_.emplace(
        loop_, access_,
        FleetLine::Events{.on_up = [this] { ask(); },
                          .on_down = nullptr,
                          .on_gone =
                              [this](std::string why, bool is_hopeless) {
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
  void run(std::string_view script, std::vector<std::string> arguments,
           std::function<void(const RedisReply&)> next) {
    (void)line_->run(script, std::move(arguments), checked(std::move(next)));
  }
  void ask_again(Duration wait = kAskAgain) {
    loop_.call_at(loop_.now() + wait, [this] {
      if (line_->is_up()) ask();
    });
  }

  EventLoop loop_;
  const TellUser& tell_;

 private:
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
  std::optional<Talked> outcome_;
};

class BeginDesk final : public Desk {
 public:
  BeginDesk(const FleetAccess& access, FleetJob job, std::string where, bool is_birth,
            const TellUser& tell)
      : Desk(access, tell), job_(std::move(job)), where_(std::move(where)), is_birth_(is_birth) {}

 private:
  void ask() override {
    run(scripts::kBegin,
        {key_prefix(job_.name), job_.name, job_.id, where_, std::string(kFleetProtocol),
         std::to_string(job_.partitions), script_time(job_.rules.lease),
         script_time(job_.rules.stop), options_to_bytes(job_.options), is_birth_ ? "1" : "0",
         job_.id},
        [this](const RedisReply& reply) { on_begun(reply); });
  }

  void on_begun(const RedisReply& reply) {
    if (reply.text_at(0) == "taken") {
      return end(tl::unexpected(exit_with(
          kExitConfiguration,
          fmt::format("the fleet has a job '{}' already, that of {}: give this one another name "
                      "with --fleet-job",
                      job_.name, reply.text_at(1)))));
    }
    send({"HGETALL", key_prefix(job_.name) + "job"}, [this](const RedisReply& hash) {
      auto job = decode_job(job_.name, fields_of(hash));
      if (!job) return end(tl::unexpected(exit_with(kExitConfiguration, job.error().message)));
      wipe(std::move(*job));
    });
  }

  void wipe(FleetJob job) {
    run(scripts::kWipe, {key_prefix(job.name), std::to_string(job.partitions)},
        [this, job](const RedisReply&) { end(job); });
  }

  const FleetJob job_;
  const std::string where_;
  const bool is_birth_;
};

class JoinDesk final : public Desk {
 public:
  JoinDesk(const FleetAccess& access, const std::string& name, std::chrono::milliseconds wait,
           const TellUser& tell)
      : Desk(access, tell), name_(name), began_(std::chrono::steady_clock::now()), wait_(wait) {}

 private:
  void ask() override {
    if (!name_.empty()) return ask_for(name_);
    send({"SMEMBERS", std::string(kJobsKey)}, [this](const RedisReply& reply) {
      left_.clear();
      open_.clear();
      for (const RedisReply& one : reply.elements) {
        if (is_node_name(one.text)) left_.push_back(one.text);
      }
      look_at_next();
    });
  }

  /// Which of the jobs are not done.
  void look_at_next() {
    if (left_.empty()) return choose();
    const std::string job = left_.back();
    left_.pop_back();
    send({"HGET", key_prefix(job) + "job", "state"}, [this, job](const RedisReply& state) {
      const bool is_there = state.is(RedisReply::Kind::text);
      if (is_there && state.text != name(FleetJob::State::done)) open_.push_back(job);
      look_at_next();
    });
  }

  void choose() {
    if (open_.empty()) return wait_for("a job");
    if (open_.size() == 1) return ask_for(open_.front());
    std::ranges::sort(open_);
    end(tl::unexpected(exit_with(
        kExitConfiguration, fmt::format("the fleet has several jobs: {}; name one with --fleet-job",
                                        fmt::join(open_, ", ")))));
  }

  void ask_for(const std::string& job) {
    send({"HGETALL", key_prefix(job) + "job"}, [this, job](const RedisReply& reply) {
      const FleetFields fields = fields_of(reply);
      const bool is_there =
          std::ranges::any_of(fields, [](const auto& field) { return field.first == "id"; });
      if (!is_there) return wait_for(fmt::format("job '{}'", job));
      auto decoded = decode_job(job, fields);
      if (!decoded) {
        return end(tl::unexpected(exit_with(kExitConfiguration, decoded.error().message)));
      }
      if (decoded->state == FleetJob::State::stopped) {
        return wait_for(fmt::format("job '{}', which was stopped", job));
      }
      if (decoded->state != FleetJob::State::done) return end(std::move(*decoded));
      tell_(fmt::format("job '{}' is done", job));
      end(tl::unexpected(Exit{kExitSuccess, ""}));
    });
  }

  void wait_for(const std::string& what) {
    const Instant now = std::chrono::steady_clock::now();
    if (wait_.count() > 0 && now - began_ >= wait_) {
      return end(tl::unexpected(
          exit_with(kExitListFailed,
                    fmt::format("no driver has begun {} in --wait {}", what, human_time(wait_)))));
    }
    if (now >= next_word_) {
      next_word_ = now + kTellEvery;
      tell_(fmt::format("waiting for {}", what));
    }
    ask_again(pause_);
    pause_ = std::min<Duration>(2 * pause_, kAskAgain);
  }

  const std::string name_;
  const Instant began_;
  const std::chrono::milliseconds wait_;
  std::vector<std::string> left_, open_;
  Instant next_word_{};
  Duration pause_ = kFirstPause;  // before the next question
};

}  // namespace

FleetFields fields_of(const RedisReply& reply) {
  FleetFields fields;
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    fields.emplace_back(reply.elements[i].text, reply.elements[i + 1].text);
  }
  return fields;
}

tl::expected<FleetJob, Exit> begin_job(const FleetAccess& access, FleetJob job,
                                       const std::string& where, bool is_birth,
                                       const TellUser& tell) {
  return BeginDesk(access, std::move(job), where, is_birth, tell).talk();
}

tl::expected<FleetJob, Exit> join_job(const FleetAccess& access, const std::string& name,
                                      std::chrono::milliseconds wait, const TellUser& tell) {
  return JoinDesk(access, name, wait, tell).talk();
}

}  // namespace fanfetch
