#include "coordinator/fleet/run/fleet_node.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "coordinator/fleet/fleet_partitions.h"
#include "coordinator/fleet/fleet_view.h"
#include "coordinator/fleet/run/fleet_desk.h"
#include "coordinator/fleet/run/job_scripts.h"
#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

/// Whether the job of that hash has its name from the job `id`, which was done.
bool is_after(const FleetFields& hash, const std::string& id) {
  return std::ranges::find(hash, FleetFields::value_type("after", id)) != hash.end();
}

}  // namespace

FleetNode::FleetNode(FleetAccess access, FleetJob job, std::string name, std::string version)
    : access_(std::move(access)),
      job_(std::move(job)),
      name_(std::move(name)),
      version_(std::move(version)),
      prefix_(key_prefix(job_.name)),
      held_(job_.partitions),
      links_(job_, held_),
      results_(job_, name_, held_,
               {.on_lost = [this](unsigned partition) { links_.look_again(partition); },
                .on_answer =
                    [this](bool was_taken) {
                      if (was_taken) links_.on_room();
                      end_if_finished();
                    }}),
      transfers_(job_.partitions),
      born_(job_.born) {}

FleetNode::~FleetNode() {
  if (loop_ == nullptr) return;
  for (auto* timer : {&beat_timer_, &end_timer_}) cancel_timer(*loop_, *timer);
}

void FleetNode::start(EventLoop& loop, Events events) {
  loop_ = &loop;
  in_touch_ = boot_now();
  events_ = std::move(events);
  line_.emplace(loop, access_,
                FleetLine::Events{
                    .on_up = [this](RedisData data) { on_up(data); },
                    .on_down = [this] { keeper_->on_down(); },
                    .on_gone = [this](std::string why, bool) { end_list(Error{std::move(why)}); },
                    .on_notice = events_.on_notice});
  // No other process has that name: not even this machine's next one in the same folder.
  keeper_.emplace(
      loop, *line_, job_,
      fmt::format("{}/{}.{:x}", name_, ::getpid(), boot_now().time_since_epoch().count()),
      LeaseKeeper::Events{
          .on_work = [this](unsigned one, bool was_lost) { links_.begin(one, was_lost); },
          .on_stop = [this](unsigned one) { end_work(one); },
          .on_notice = events_.on_notice});
  links_.start(
      loop, *line_, *keeper_,
      {.on_dead = [this](const Link& link, unsigned partition, std::string entry,
                         unsigned gone) { results_.bury(link, partition, std::move(entry), gone); },
       .on_notice = events_.on_notice});
  results_.start(loop, *line_, *keeper_);
  line_->start();
}

unsigned FleetNode::partition_of(const Link& link) const {
  return fanfetch::partition_of(link, job_.partitions);
}

// --- The line, and the job ---

void FleetNode::on_up(RedisData data) {
  knows_nodes_ = false;
  silence_.on_up(loop_->now());
  cancel_timer(*loop_, beat_timer_);
  beat();
  if (data == RedisData::may_have_lost) results_.send_again(ResultSender::Again::files);
  links_.on_up(data);
}

void FleetNode::end_list(std::optional<Error> why) {
  is_over_ = true;
  links_.stop();
  events_.on_list_over();
  links_.door().close(std::move(why));
}

void FleetNode::end_job() {
  links_.stop();
  if (!std::exchange(is_over_, true)) events_.on_stopped();
}

void FleetNode::beat() {
  beat_timer_ = loop_->call_at(loop_->now() + job_.rules.beat_every, [this] {
    beat_timer_.reset();
    if (line_->is_up()) beat();
  });
  (void)line_->run(
      scripts::kBeat,
      {prefix_, script_time(job_.rules.lease), leaves_ ? "" : name_,
       to_text(NodeAbout{.state = run_is_paused_ ? NodeState::paused : NodeState::running,
                         .version = version_}),
       script_time(job_.rules.silence)},
      [this](const RedisAnswer& answer) {
        if (answer.is_good()) return on_beat(answer.reply);
        if (answer.fate == RedisAnswer::Fate::refused) line_->tell(answer.trouble);
      });
}

void FleetNode::on_beat(const RedisReply& reply) {
  if (reply.elements.size() != 4) return;
  std::vector<std::string> nodes;
  for (const RedisReply& one : reply.elements[1].elements) nodes.push_back(one.text);
  keeper_->on_nodes(std::move(nodes), name_);
  // Not before: a first look that does not know what this node's share is would take nothing.
  if (!std::exchange(knows_nodes_, true)) keeper_->on_up();
  if (!std::exchange(has_joined_, true)) {
    events_.on_notice(fmt::format("joined job '{}' as {}", job_.name, name_));
  }
  const FleetFields hash = fields_of(reply.elements[0]);
  follow_job(hash, reply.text_at(3));
  if (is_over_) return;
  if (!hash.empty()) in_touch_ = boot_now();
  const auto quiet = hash.empty()
                         ? std::chrono::floor<std::chrono::milliseconds>(boot_now() - in_touch_)
                         : driver_quiet(hash, reply.elements[2].integer);
  const std::string said = silence_.on_look(quiet, loop_->now());
  if (!said.empty()) events_.on_notice(said);
}

/// Without a hash, as after FLUSHALL, all goes on as it was: the driver will write another one, if
/// it lives.
void FleetNode::follow_job(const FleetFields& hash, std::string_view first_result) {
  const auto job = decode_job(job_.name, hash);
  if (!job) return;
  if (job->id != job_.id && !is_after(hash, job_.id)) {
    return end_list(Error{fmt::format(
        "job '{}' is another one's by now, as this one's driver was gone, or done: begin this node "
        "again to help it",
        job_.name)});
  }
  if (job->id != job_.id || job->state == FleetJob::State::done) {
    return end_list(std::nullopt);
  }
  if (job->state == FleetJob::State::stopped) {
    return end_job();
  }
  if (born_ != job->born) {  // all was gone
    born_ = job->born;
    // Whoever gets a host since the loss has waited for as long.
    const bool was_in_touch = boot_now() < in_touch_ + job_.rules.takeover;
    results_.send_again(was_in_touch ? ResultSender::Again::all : ResultSender::Again::files);
  } else {
    results_.on_first(first_result);
  }
  FleetFields settings = changed_limits(job_.options, job->options);
  add_settings(settings, job->settings);
  const FleetFields told = new_settings(settings_, settings);
  settings_ = std::move(settings);
  if (!told.empty()) events_.on_set(told);
  const bool is_paused = job->state == FleetJob::State::paused;
  if (std::exchange(is_paused_, is_paused) != is_paused) events_.on_paused(is_paused);
}

// --- Partitions ---

/// The one place where the node learns that it may not work on the partition any more: its lease is
/// over, or it hands it back. Nothing new begins, and Redis learns that the node did not go down.
void FleetNode::end_work(unsigned partition) {
  links_.end(partition);
  results_.acquit(partition);
  ending_.insert(partition);
}

/// Tells the keeper of partitions whose last transfer has ended. Whoever gets one fetches all that
/// has no result, so that results come first; a ledger whose disk is slow is not waited for longer
/// than transfers may take, which is noticed with the next beat.
void FleetNode::hand_back_what_ended() {
  std::vector<unsigned> ended;
  for (const unsigned one : ending_) {
    if (transfers_[one] > 0) continue;
    const bool is_reported = held_.settling(one) == 0 && results_.size(one) == 0;
    if (is_reported || boot_now() >= keeper_->stop_by(one)) ended.push_back(one);
  }
  for (const unsigned one : ended) ending_.erase(one);
  if (!ended.empty()) keeper_->on_stopped(ended);
}

bool FleetNode::waits_for_ledger(std::size_t backlog) const {
  if (held_.size() > 0 && held_.size() <= backlog) return true;  // it has all that the node got
  return std::ranges::any_of(ending_, [this](unsigned partition) {
    return transfers_[partition] == 0 && held_.settling(partition) > 0;
  });
}

bool FleetNode::may_begin(const Link& link) {
  const unsigned partition = partition_of(link);
  // By an earlier lease of the partition it was delivered for nothing: others had it since.
  const bool is_ours = held_.take_of(link_id(link.hash)) == keeper_->take(partition);
  if (!is_ours || !links_.reads(partition) || leaves_ || !keeper_->may_begin(partition)) {
    return false;
  }
  ++transfers_[partition];
  return true;
}

void FleetNode::on_back(const Link& link) { --transfers_[partition_of(link)]; }

BootInstant FleetNode::stop_by(const Link& link) const {
  return keeper_->stop_by(partition_of(link));
}

void FleetNode::go_on() { keeper_->go_on(); }

void FleetNode::flush() {
  results_.flush();
  hand_back_what_ended();
  end_if_finished();
}

// --- The end ---

void FleetNode::leave() {
  if (!line_ || std::exchange(leaves_, true)) return;
  links_.stop();
  (void)line_->send({"ZREM", prefix_ + "nodes", name_}, [](const RedisAnswer&) {});
  (void)line_->send({"HDEL", prefix_ + "about", name_}, [](const RedisAnswer&) {});
  keeper_->leave();
}

void FleetNode::finish(Duration limit, std::function<void()> closed) {
  if (!line_) return closed();  // the run has not begun: no worker could be started
  closed_ = std::move(closed);
  results_.take_done();
  held_.forget_settling();  // what the ledger has not told, it never will
  leave();
  // No worker lives any more. Some links had their turn, and never a worker.
  std::ranges::fill(transfers_, 0);
  end_timer_ = loop_->call_at(std::chrono::steady_clock::now() + limit, [this] {
    end_timer_.reset();
    if (auto call = std::exchange(closed_, nullptr)) call();
  });
  flush();
}

void FleetNode::end_if_finished() {
  if (!closed_) return;
  const bool is_done = results_.size() == 0 && keeper_->has_left();
  if (!is_done && line_->is_up()) return;
  cancel_timer(*loop_, end_timer_);
  line_->finish(std::chrono::seconds(1), std::exchange(closed_, nullptr));
}

}  // namespace fanfetch
