#include "coordinator/control/answer.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "coordinator/control/fleet_json.h"
#include "coordinator/control/request.h"
#include "coordinator/report/json_text.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

/// One answer.
class Answer : public JsonText {
 public:
  explicit Answer(bool ok) {
    begin();
    key("schema").number(1);
    key("ok").boolean(ok);
  }
  [[nodiscard]] std::string line() {
    end();
    return JsonText::line();
  }
};

/// A rate to a thousandth.
double rounded(double rate) {
  const double most = 1e15;
  return rate > 0 ? std::round(std::min(rate, most) * 1000) / 1000 : 0.0;
}

std::string_view word(HostView::State state) {
  switch (state) {
    case HostView::State::open: return "open";
    case HostView::State::paused: return "paused";
    case HostView::State::given_up: return "given_up";
    case HostView::State::skipped: break;
  }
  return "skipped";
}

std::string_view word(Refusal kind) {
  switch (kind) {
    case Refusal::bad_request: return "bad_request";
    case Refusal::bad_value: return "bad_value";
    case Refusal::not_allowed: return "not_allowed";
    case Refusal::paused_elsewhere: return "paused_elsewhere";
    case Refusal::ending: break;
  }
  return "ending";
}

std::uint64_t whole_ms(Duration time) {
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(std::chrono::ceil<milliseconds>(time).count(), 0));
}

void put_host(Answer& answer, const HostView& host, Instant now) {
  answer.begin();
  answer.key("host").text(host.host);
  answer.key("in_flight").number(host.in_flight);
  answer.key("limit").number(host.limit);
  answer.key("waiting").number(host.waiting);
  answer.key("done").number(host.done);
  answer.key("failed").number(host.failed);
  answer.key("bytes").number(host.bytes);
  answer.key("state").text(word(host.state));
  answer.key("paused_ms");
  host.until ? answer.number(whole_ms(*host.until - now)) : answer.null();
  answer.end();
}

void put_worker(Answer& answer, const WorkerView& worker) {
  answer.begin();
  answer.key("worker").number(worker.number);
  answer.key("pid");
  worker.pid > 0 ? answer.number(static_cast<std::uint64_t>(worker.pid)) : answer.null();
  answer.key("state").text(worker.state);
  answer.key("in_flight").number(worker.in_flight);
  answer.key("limit").number(worker.limit);
  answer.key("done").number(worker.jobs_done);
  answer.key("bytes").number(worker.bytes);
  answer.end();
}

void put_failure(Answer& answer, const LiveFailure& failure) {
  answer.begin();
  answer.key("error").text(name(failure.error));
  answer.key("http_status");
  failure.http_status ? answer.number(static_cast<std::uint64_t>(*failure.http_status))
                      : answer.null();
  answer.key("host").text(failure.host);
  answer.key("url").text(failure.url);
  answer.key("message").text(failure.reason);
  answer.key("stood").boolean(failure.stood);
  answer.end();
}

/// What the report knows, at most a second old.
void put_live(Answer& answer, const LiveStatus& status) {
  const LiveReport& live = status.live;
  answer.key("saved").number(live.saved);
  answer.key("kept").number(live.kept);
  answer.key("skipped").number(live.skipped);
  answer.key("failed").number(live.failed);
  answer.key("failed_before").number(live.failed_before);
  answer.key("failed_by_class").begin();
  for (std::size_t i = 0; i < live.failed_by_class.size(); ++i) {
    if (live.failed_by_class[i] == 0) continue;
    answer.key(name(static_cast<ErrorClass>(i))).number(live.failed_by_class[i]);
  }
  answer.end();
  answer.key("saved_bytes").number(live.saved_bytes);
  answer.key("received_bytes").number(live.received_bytes);
  answer.key("wasted_bytes").number(live.wasted_bytes);
  answer.key("links_per_second").real(rounded(live.links_per_second));
  answer.key("bytes_per_second").real(rounded(live.bytes_per_second));
  answer.key("total").number(live.total);
  answer.key("total_bytes").number(live.total_bytes);
  answer.key("time_left_ms");
  live.time_left ? answer.number(whole_ms(*live.time_left)) : answer.null();
  answer.key("in_flight").number(live.in_flight);
  answer.key("held").number(live.held);
  answer.key("hosts_waiting").number(live.hosts_waiting);
  answer.key("longest_wait_ms").number(whole_ms(live.longest_wait));
  std::string text = (status.state == "ending" ? "ending: " : "") + status_line(live);
  if (!status.rate.empty()) text += ", --limit-rate " + status.rate;
  answer.key("text").text(text);
  answer.key("paused_until");
  status.paused_until ? answer.text(format_rfc3339(*status.paused_until)) : answer.null();
  answer.key("limit_rate_holds");
  status.rate.empty() ? answer.null() : answer.text(status.rate);
}

std::string heard(Heard heard) {
  Answer answer(true);
  answer.key("changed").boolean(heard == Heard::done);
  return answer.line();
}

/// Does what is asked for.
struct Obey {
  LiveRun& run;

  std::string operator()(const StatusRequest&) const {
    const LiveStatus status = run.status();
    Answer answer(true);
    answer.key("run").number(static_cast<std::uint64_t>(status.run));
    answer.key("pid").number(static_cast<std::uint64_t>(status.pid));
    answer.key("started_at").text(format_rfc3339(status.started_at));
    answer.key("state").text(status.state);
    answer.key("paused_ms");
    status.paused_for ? answer.number(whole_ms(*status.paused_for)) : answer.null();
    put_live(answer, status);
    answer.key("fleet");
    const auto fleet = run.fleet();
    fleet ? put_seen_fleet(answer, *fleet) : answer.null();
    return answer.line();
  }
  std::string operator()(const HostsRequest& request) const {
    Answer answer(true);
    answer.key("hosts").begin_list();
    for (const HostView& host : run.hosts(request.order, request.most)) {
      put_host(answer, host, run.now());
    }
    answer.end_list();
    return answer.line();
  }
  std::string operator()(const WorkersRequest&) const {
    Answer answer(true);
    answer.key("workers").begin_list();
    for (const WorkerView& worker : run.workers()) put_worker(answer, worker);
    answer.end_list();
    return answer.line();
  }
  std::string operator()(const FailuresRequest& request) const {
    Answer answer(true);
    answer.key("failures").begin_list();
    for (const LiveFailure& failure : run.failures(request.most)) put_failure(answer, failure);
    answer.end_list();
    return answer.line();
  }
  std::string operator()(const SetRequest& request) const {
    Heard changed = Heard::so_already;
    if (!request.values.empty()) {
      if (is_ending()) return ending();
      const auto set = run.set(request.values);
      if (!set) return refusal(Refusal::bad_value, set.error().message);
      changed = *set;
    }
    Answer answer(true);
    answer.key("changed").boolean(changed == Heard::done);
    answer.key("settings").begin_list();
    for (const SettingLine& line : run.settings()) {
      answer.begin();
      answer.key("name").text(line.name);
      answer.key("now").text(line.now);
      answer.key("begun").text(line.begun);
      if (!line.holds.empty()) answer.key("holds").text(line.holds);
      answer.end();
    }
    answer.end_list();
    return answer.line();
  }
  std::string operator()(const PauseRequest& request) const {
    return is_ending() ? ending() : heard(run.pause(request.time));
  }
  std::string operator()(const ResumeRequest&) const {
    if (is_ending()) return ending();
    const auto resumed = run.resume();
    if (!resumed) return refusal(Refusal::paused_elsewhere, resumed.error().message);
    return heard(*resumed);
  }
  std::string operator()(const StopRequest&) const { return heard(run.stop()); }

  [[nodiscard]] bool is_ending() const { return run.status().state == "ending"; }
  [[nodiscard]] static std::string ending() {
    return refusal(Refusal::ending, "the run is ending");
  }
};

}  // namespace

std::string answer(LiveRun& run, std::string_view line) {
  const auto request = parse_request(line);
  if (!request) return refusal(Refusal::bad_request, request.error().message);
  return std::visit(Obey{run}, *request);
}

std::string refusal(Refusal kind, std::string_view message) {
  Answer answer(false);
  answer.key("error").text(word(kind));
  answer.key("message").text(message);
  return answer.line();
}

}  // namespace fanfetch
