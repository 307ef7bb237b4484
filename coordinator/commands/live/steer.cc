#include "coordinator/commands/live/steer.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "common/human_text.h"
#include "coordinator/commands/live/run_contact.h"
#include "coordinator/control/answer_reader.h"

namespace fanfetch {
namespace {

std::string settings_text(const std::vector<SettingLine>& settings) {
  std::size_t names = 0, values = 0;
  for (const SettingLine& one : settings) {
    names = std::max(names, one.name.size());
    values = std::max(values, one.now.size());
  }
  std::string text;
  for (const SettingLine& one : settings) {
    std::string remarks;
    if (!one.holds.empty()) remarks = "  now " + one.holds;
    if (one.now != one.begun) remarks += "  began with " + one.begun;
    text += remarks.empty()
                ? fmt::format("{:{}}  {}\n", one.name, names, one.now)
                : fmt::format("{:{}}  {:{}}{}\n", one.name, names, one.now, values, remarks);
  }
  return text;
}

std::string assignments(const std::vector<Assignment>& values) {
  std::string text;
  for (const Assignment& one : values) {
    const char* quote = one.value.find(' ') != one.value.npos ? "'" : "";
    text += fmt::format(" {0}={1}{2}{1}", one.name, quote, one.value);
  }
  return text;
}

/// What has come of a request, as whole lines.
struct Say {
  const RunContact& run;
  const ReadAnswer& answer;
  bool waited;

  std::string operator()(const SetRequest& request) const {
    if (request.values.empty()) return settings_text(answer.settings);
    return fmt::format("{} {}{}\n", run.name(), answer.changed ? "goes on with" : "has already",
                       assignments(request.values));
  }
  std::string operator()(const PauseRequest& request) const {
    if (!answer.changed) return run.name() + " is paused already\n";
    return fmt::format("{} is paused{}: what is in flight finishes\n", run.name(),
                       request.time ? " for " + human_duration(*request.time) : "");
  }
  std::string operator()(const ResumeRequest&) const {
    return run.name() + (answer.changed ? " goes on\n" : " is not paused\n");
  }
  std::string operator()(const StopRequest&) const {
    return run.name() + (waited           ? " has stopped\n"
                         : answer.changed ? " stops\n"
                                          : " is stopping already\n");
  }
  std::string operator()(const auto&) const { return ""; }  // nobody steers by them
};

Exit refused(const RunContact& run, const ReadAnswer& answer) {
  if (answer.error == "not_allowed") return run.not_allowed();
  const bool is_wrong = answer.error == "bad_value" || answer.error == "bad_request";
  const auto status = is_wrong ? kExitConfiguration : kExitOutput;
  return exit_with(status, answer.message);
}

}  // namespace

Exit run_steer(const SteerArguments& arguments) {
  auto run = RunContact::find(arguments.folder);
  if (!run) return run.error();
  const auto line = run->ask(arguments.request);
  if (!line) return line.error();
  const auto answer = read_answer(*line);
  if (!answer) return exit_with(kExitOutput, run->name() + ": " + answer.error().message);
  if (!answer->ok) return refused(*run, *answer);
  const bool waits = arguments.wait && std::holds_alternative<StopRequest>(arguments.request);
  if (waits) run->wait_for_end();
  return {kExitSuccess, std::visit(Say{*run, *answer, waits}, arguments.request)};
}

}  // namespace fanfetch
