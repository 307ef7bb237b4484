#include "coordinator/fleet/run/survey_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "coordinator/fleet/run/desk.h"
#include "coordinator/fleet/run/fleet_survey.h"
#include "coordinator/fleet/run/look_scripts.h"
#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

/// Whoever looks wants to see something, or why not. Longer than a connection waits for a first
/// answer, as its reason says more.
constexpr std::chrono::seconds kNoAnswer{15};

class SurveyDesk final : public Desk<FleetView> {
 public:
  SurveyDesk(const FleetAccess& access, const std::string& wanted, const TellUser& tell)
      : Desk(access, tell), wanted_(wanted) {
    limit_ = loop_.call_at(std::chrono::steady_clock::now() + kNoAnswer, [this] {
      limit_.reset();
      refuse(kExitListFailed, "the fleet's Redis gives no answer");
    });
  }
  ~SurveyDesk() override { cancel_timer(loop_, limit_); }

 private:
  void ask() override {
    run(scripts::kJobs, {std::string(kJobsKey)}, [this](const RedisReply& reply) {
      auto job = job_to_survey(listed_jobs(reply), wanted_);
      if (!job) return refuse(kExitConfiguration, job.error().message);
      ask_for(*job);
    });
  }

  void ask_for(const std::string& name) {
    run(scripts::kSurvey, {key_prefix(name)}, [this, name](const RedisReply& reply) {
      const FleetFields hash =
          reply.elements.size() < 2 ? FleetFields() : fields_of(reply.elements[1]);
      const auto job = decode_job(name, hash);
      if (!job) return refuse(kExitConfiguration, job.error().message);
      const auto where = std::ranges::find(hash, "where", &FleetFields::value_type::first);
      survey_.emplace(*job, where == hash.end() ? "" : where->second);
      survey_->on_survey(reply);
      ask_for_partitions(key_prefix(name));
    });
  }

  void ask_for_partitions(const std::string& prefix) {
    const auto next = survey_->next_partitions();
    if (!next) return end(survey_->view());
    run(scripts::kSurveyPartitions,
        {prefix, std::to_string(next->first), std::to_string(next->second)},
        [this, prefix](const RedisReply& reply) {
          survey_->on_partitions(reply);
          ask_for_partitions(prefix);
        });
  }

  void refuse(ExitStatus status, std::string_view sentence) {
    end(tl::unexpected(exit_with(status, sentence)));
  }

  const std::string wanted_;
  std::optional<FleetSurvey> survey_;
  std::optional<EventLoop::TimerKey> limit_;
};

}  // namespace

Result<std::string> job_to_survey(const std::vector<ListedJob>& jobs, const std::string& wanted) {
  if (!wanted.empty()) {
    if (std::ranges::find(jobs, wanted, &ListedJob::name) != jobs.end()) return wanted;
    if (jobs.empty()) return fail("the fleet has no job '{}', and no other", wanted);
    return fail("the fleet has no job '{}', but {}", wanted, text_of(jobs));
  }
  const std::vector<ListedJob> open = open_jobs(jobs);
  if (open.size() == 1) return open.front().name;
  if (open.size() > 1) return fail("{}", several_jobs(open));
  if (jobs.size() == 1) return jobs.front().name;
  if (jobs.size() > 1) return fail("{}", several_jobs(jobs));
  return fail("the fleet has no job");
}

tl::expected<FleetView, Exit> survey_fleet(const FleetAccess& access, const std::string& wanted) {
  const TellUser silent = [](const std::string&) {};
  return SurveyDesk(access, wanted, silent).talk();
}

}  // namespace fanfetch
