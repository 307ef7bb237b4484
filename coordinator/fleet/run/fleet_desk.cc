#include "coordinator/fleet/run/fleet_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "common/human_text.h"
#include "common/utf8.h"
#include "coordinator/fleet/result_entry.h"
#include "coordinator/fleet/run/desk.h"
#include "coordinator/fleet/run/job_scripts.h"
#include "coordinator/fleet/run/look_scripts.h"
#include "coordinator/fleet/spread_plan.h"

namespace fanfetch {
namespace {

/// Driver and nodes are often started together.
constexpr std::chrono::milliseconds kFirstPause{16};
/// Of the lease times that a job may have, whatever Redis says.
constexpr std::chrono::hours kLongestTakeover{32};

/// As driver_quiet() of scripts says it.
std::optional<std::chrono::milliseconds> quiet_of(const RedisReply& reply) {
  if (!reply.is(RedisReply::Kind::integer) || reply.integer < 0) return std::nullopt;
  return std::min(std::chrono::milliseconds(reply.integer), kLongestQuiet);
}

/// LeaseRules::takeover of the job that is there, as kBegin says it.
std::chrono::milliseconds takeover_of(const RedisReply& reply) {
  return std::clamp<std::chrono::milliseconds>(std::chrono::milliseconds(reply.integer),
                                               std::chrono::milliseconds(0), kLongestTakeover);
}

/// What `spread`, as Redis has it, is on a command line.
std::string spread_options(const std::string& spread) {
  if (spread.empty()) return "without --spread";
  std::string options;
  for (const char c : " " + spread) options += c == ' ' ? " --spread " : std::string(1, c);
  return "with" + printable(options, 1000);
}

class BeginDesk final : public Desk<FleetJob> {
 public:
  BeginDesk(const FleetAccess& access, FleetJob job, std::string where, FolderNote note,
            SpreadPlan spread, const TellUser& tell)
      : Desk(access, tell),
        job_(std::move(job)),
        where_(std::move(where)),
        note_(std::move(note)),
        plan_(std::move(spread)),
        spread_(to_text(spread_only(plan_.wanted))) {}

 private:
  /// A birth is told once: where its answer is lost, nodes may have leases since.
  void ask() override {
    bool is_birth = false;
    if (!std::exchange(was_asked_, true)) {
      const auto is_new = note_.write();
      if (!is_new) {
        return end(tl::unexpected(exit_with(kExitOutput, is_new.error().message)));
      }
      is_birth_ = is_birth = *is_new;
    }
    run(scripts::kBegin,
        {key_prefix(job_.name), job_.name, job_.id, where_, std::string(kFleetProtocol),
         std::to_string(job_.partitions), script_time(job_.rules.lease),
         script_time(job_.rules.stop), options_to_bytes(job_.options), is_birth ? "1" : "0",
         job_.id, spread_, script_time(job_.spread_after), waited_sign()},
        [this](const RedisReply& reply) { on_begun(reply); });
  }

  void on_begun(const RedisReply& reply) {
    if (reply.text_at(0) == "taken") {
      if (is_birth_) note_.remove();
      return end(tl::unexpected(exit_with(kExitConfiguration, taken(reply))));
    }
    if (reply.text_at(0) == "spread" && reply.elements.size() == 5) return on_spread(reply);
    if (reply.elements.size() == 3 && reply.elements[2].integer == 1) {
      tell_(
          fmt::format("job '{}' was another one's, of this folder as it was before it was made "
                      "anew: the nodes that were begun for it end, and are to be begun again",
                      job_.name));
    }
    send({"HGETALL", key_prefix(job_.name) + "job"}, [this](const RedisReply& hash) {
      auto job = decode_job(job_.name, fields_of(hash));
      if (!job) return end(tl::unexpected(exit_with(kExitConfiguration, job.error().message)));
      // A master that is cut off would let nodes begin with what the next one knows nothing of.
      confirm(
          fmt::format("no replica of the fleet's Redis knows that job '{}' has begun", job_.name),
          [this, job = std::move(*job)] { end(job); });
    });
  }

  /// What to say where the name is another job's.
  [[nodiscard]] std::string taken(const RedisReply& reply) const {
    const std::string where = printable(reply.text_at(1), 1000);
    const bool is_own = reply.text_at(1) == where_;
    const std::string begun = fmt::format("the fleet has a job '{}' already, ", job_.name);
    const auto quiet = reply.elements.size() > 2 ? quiet_of(reply.elements[2]) : std::nullopt;
    if (is_own && quiet && reply.elements.size() > 3) {
      return fmt::format(
          "{}of this folder as it was before it was made anew, and its driver gave a sign of life "
          "{} ago: the same command takes the name over {} after the last one; or give this one "
          "another name with --fleet-job",
          begun, human_time_left(*quiet), human_time_left(takeover_of(reply.elements[3])));
    }
    const std::string silence = silence_text(quiet);
    return fmt::format("{}that of {}{}: give this one another name with --fleet-job", begun, where,
                       silence.empty() ? "" : ", whose driver is " + silence);
  }

  /// Nodes may work by another plan than this run's.
  void on_spread(const RedisReply& reply) {
    const std::string held(reply.text_at(1));
    const auto hosts = spread_from_text(held);
    const bool is_owned = reply.elements[2].integer > 0;
    if (hosts && joined(*hosts, plan_.wanted)) {
      const auto fits = plan_.fits(*hosts);
      if (!fits && is_owned) return refuse(fits.error().message);
      if (fits) {
        spread_ = held;
        return ask();
      }
    }
    if (is_owned) {
      return refuse(fmt::format(
          "job '{}' was begun {}, and nodes work by that: begin it so again, or otherwise once "
          "they have ended, as after fanfetch stop",
          job_.name, spread_options(held)));
    }
    wait_for_nodes(held, std::string(reply.text_at(4)), takeover_of(reply.elements[3]));
  }

  /// No partition has an owner, but not all were handed back: nodes were killed, or Redis has lost
  /// leases. Whatever is not seen now is over after `takeover`; see LeaseRules. A lease that begins
  /// meanwhile is seen: it is there for longer than a quarter of that.
  void wait_for_nodes(const std::string& held, std::string sign, Duration takeover) {
    if (!wait_) {
      tell_(fmt::format(
          "job '{}' was begun {}, and the nodes that worked by that are gone without a word: "
          "waiting for {}, in case one is only out of reach",
          job_.name, spread_options(held), human_time(takeover)));
    }
    const Instant now = loop_.now();
    if (!wait_ || wait_->sign != sign || now > wait_->next_look) {
      wait_ = Wait{.sign = std::move(sign), .until = now + takeover};
    }
    wait_->next_look = now + std::max<Duration>(takeover / 4, 4 * kAskAgain);
    ask_again();
  }
  [[nodiscard]] std::string waited_sign() const {
    const Instant now = loop_.now();
    return wait_ && now >= wait_->until && now <= wait_->next_look ? wait_->sign : "";
  }

  void refuse(std::string_view sentence) {
    end(tl::unexpected(exit_with(kExitConfiguration, sentence)));
  }

  struct Wait {
    std::string sign;  // of the leases that are known: see scripts::kBegin
    Instant until{};
    Instant next_look{};  // if it is later, something may have been missed
  };

  const FleetJob job_;
  const std::string where_;
  const FolderNote note_;
  const SpreadPlan plan_;
  std::string spread_;  // by which the job is to be begun
  std::optional<Wait> wait_;
  bool was_asked_ = false;
  bool is_birth_ = false;
};

class JoinDesk final : public Desk<FleetJob> {
 public:
  JoinDesk(const FleetAccess& access, const std::string& name, std::chrono::milliseconds wait,
           const TellUser& tell)
      : Desk(access, tell), name_(name), began_(std::chrono::steady_clock::now()), wait_(wait) {}

 private:
  void ask() override {
    if (!name_.empty()) return ask_for(name_);
    ask_for_jobs([this](const std::vector<ListedJob>& open) {
      if (open.empty()) return wait_for("a job");
      if (open.size() == 1) return ask_for(open.front().name);
      end(tl::unexpected(exit_with(kExitConfiguration, several_jobs(open))));
    });
  }

  /// For those that are not done.
  void ask_for_jobs(std::function<void(const std::vector<ListedJob>& open)> next) {
    run(scripts::kJobs, {std::string(kJobsKey)},
        [next](const RedisReply& reply) { next(open_jobs(listed_jobs(reply))); });
  }

  void ask_for(const std::string& job) {
    send({"HGETALL", key_prefix(job) + "job"}, [this, job](const RedisReply& reply) {
      const FleetFields fields = fields_of(reply);
      const bool is_there =
          std::ranges::any_of(fields, [](const auto& field) { return field.first == "id"; });
      if (!is_there) return wait_for_missing(job);
      auto decoded = decode_job(job, fields);
      if (!decoded) {
        return end(tl::unexpected(exit_with(kExitConfiguration, decoded.error().message)));
      }
      if (decoded->state == FleetJob::State::stopped) {
        return wait_for(fmt::format("job '{}', which was stopped", job));
      }
      if (decoded->state != FleetJob::State::done) return end(std::move(*decoded));
      tell_(fmt::format("job '{}' is done: begin a node for another run of it after its driver",
                        job));
      end(tl::unexpected(Exit{kExitSuccess, ""}));
    });
  }

  /// It may be a name that was mistyped.
  void wait_for_missing(const std::string& job) {
    ask_for_jobs([this, job](const std::vector<ListedJob>& open) {
      wait_for(fmt::format("job '{}'", job), open.empty() ? "" : "; there is " + text_of(open));
    });
  }

  /// `others`: said behind that.
  void wait_for(const std::string& what, const std::string& others = "") {
    const Instant now = std::chrono::steady_clock::now();
    if (wait_.count() > 0 && now - began_ >= wait_) {
      return end(tl::unexpected(exit_with(
          kExitListFailed,
          fmt::format("no driver has begun {} in --wait {}{}", what, human_time(wait_), others))));
    }
    if (now >= next_word_) {
      next_word_ = now + kTellEvery;
      tell_(fmt::format("waiting for {}{}", what, others));
    }
    ask_again(pause_);
    pause_ = std::min<Duration>(2 * pause_, kAskAgain);
  }

  const std::string name_;
  const Instant began_;
  const std::chrono::milliseconds wait_;
  Instant next_word_{};
  Duration pause_ = kFirstPause;  // before the next question
};

}  // namespace

std::vector<ListedJob> listed_jobs(const RedisReply& reply) {
  std::vector<ListedJob> jobs;
  for (std::size_t i = 0; i + 2 < reply.elements.size(); i += 3) {
    if (!is_node_name(reply.text_at(i)) || reply.text_at(i + 1).empty()) continue;
    jobs.push_back({.name = std::string(reply.text_at(i)),
                    .is_done = reply.text_at(i + 1) == name(FleetJob::State::done),
                    .driver_quiet = quiet_of(reply.elements[i + 2])});
  }
  std::ranges::sort(jobs, {}, &ListedJob::name);
  return jobs;
}

std::vector<ListedJob> open_jobs(std::vector<ListedJob> jobs) {
  std::erase_if(jobs, [](const ListedJob& job) { return job.is_done; });
  return jobs;
}

std::string text_of(const std::vector<ListedJob>& jobs) {
  std::string text;
  for (const ListedJob& job : jobs) {
    const std::string silence = job.is_done ? "" : silence_text(job.driver_quiet);
    text += (text.empty() ? "" : ", ") + job.name;
    if (!silence.empty()) text += fmt::format(" (its driver is {})", silence);
  }
  return text;
}

std::string several_jobs(const std::vector<ListedJob>& jobs) {
  return fmt::format("the fleet has several jobs: {}; name one with --fleet-job", text_of(jobs));
}

FleetFields fields_of(const RedisReply& reply) {
  FleetFields fields;
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    fields.emplace_back(reply.elements[i].text, reply.elements[i + 1].text);
  }
  return fields;
}

tl::expected<FleetJob, Exit> begin_job(const FleetAccess& access, FleetJob job,
                                       const std::string& where, FolderNote note, SpreadPlan spread,
                                       const TellUser& tell) {
  return BeginDesk(access, std::move(job), where, std::move(note), std::move(spread), tell).talk();
}

tl::expected<FleetJob, Exit> join_job(const FleetAccess& access, const std::string& name,
                                      std::chrono::milliseconds wait, const TellUser& tell) {
  return JoinDesk(access, name, wait, tell).talk();
}

}  // namespace fanfetch
