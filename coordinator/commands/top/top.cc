#include "coordinator/commands/top/top.h"

#include <fmt/format.h>

#include <chrono>
#include <clocale>
#include <optional>
#include <utility>

#include "common/utf8.h"
#include "coordinator/commands/live/run_contact.h"
#include "coordinator/commands/top/terminal_screen.h"

namespace fanfetch {
namespace {

constexpr auto kInterval = std::chrono::seconds(1);

Exit no_terminal(const std::string& output) {
  return exit_with(kExitConfiguration,
                   fmt::format("top needs a terminal; elsewhere there are 'fanfetch status --watch "
                               "{0}' and 'fanfetch status --json {0}'",
                               output));
}

/// The view of one run.
class Top {
 public:
  Top(RunContact contact, const std::string& output)
      : output_(output), contact_(std::move(contact)), model_(printable(output, 100)) {}

  /// Until the user has seen enough. Exit: there is no terminal, the run has ended, or it does not
  /// answer.
  [[nodiscard]] std::optional<Exit> show() {
    if (auto end = refresh()) return end;  // before the terminal is taken over
    const auto screen = TerminalScreen::open();
    if (!screen) return no_terminal(output_);
    Instant next = std::chrono::steady_clock::now() + kInterval;
    while (!model_.quits()) {
      screen->show(top_screen(model_, screen->look()));
      const int key = screen->key_until(next);
      if (key == TerminalScreen::kNoInput) break;
      if (key != 0) {
        if (auto end = press(key)) return end;
      }
      if (std::chrono::steady_clock::now() < next) continue;
      if (auto end = refresh()) return end;
      next = std::chrono::steady_clock::now() + kInterval;
    }
    return std::nullopt;
  }

 private:
  /// The answer as `read` has it. Exit: see show().
  template <class Value>
  [[nodiscard]] std::optional<Exit> ask(const Request& request,
                                        Result<Value> (*read)(std::string_view), const auto& take) {
    auto line = contact_.ask(request);
    if (!line) return std::move(line.error());
    auto value = read(*line);
    if (!value) return exit_with(kExitOutput, value.error().message);
    take(std::move(*value));
    return std::nullopt;
  }

  /// Asks for all that the screen shows.
  [[nodiscard]] std::optional<Exit> refresh() {
    const Instant now = std::chrono::steady_clock::now();
    auto end = ask(StatusRequest{}, &read_top_status,
                   [&](TopStatus status) { model_.on_status(std::move(status)); });
    if (end) return end;
    end =
        ask(HostsRequest{.order = model_.asked_order(), .most = TopModel::kHosts}, &read_top_hosts,
            [&](std::vector<TopHost> hosts) { model_.on_hosts(std::move(hosts), now); });
    if (end) return end;
    end = ask(WorkersRequest{}, &read_top_workers,
              [&](std::vector<TopWorker> workers) { model_.on_workers(std::move(workers)); });
    if (end) return end;
    end = ask(FailuresRequest{.most = kMostFailures}, &read_top_failures,
              [&](std::vector<TopFailure> failures) { model_.on_failures(std::move(failures)); });
    if (end) return end;
    return ask(SetRequest{}, &read_answer,
               [&](const ReadAnswer& answer) { model_.on_answer(answer, false); });
  }

  [[nodiscard]] std::optional<Exit> press(int key) {
    const auto request = model_.on_key(key);
    if (!request) return std::nullopt;
    auto end = ask(*request, &read_answer,
                   [&](const ReadAnswer& answer) { model_.on_answer(answer, true); });
    return end ? end : refresh();
  }

  const std::string output_;
  RunContact contact_;
  TopModel model_;
};

}  // namespace

Exit run_top(const TopArguments& arguments) {
  if (!TerminalScreen::has_terminal()) {
    return no_terminal(arguments.folder.output);
  }
  auto contact = RunContact::find(arguments.folder);
  if (!contact) return std::move(contact.error());
  std::setlocale(LC_ALL, "");  // for the terminal's characters
  auto end = Top(std::move(*contact), arguments.folder.output).show();
  if (!end || end->status != kExitOutput) return end ? std::move(*end) : Exit{};
  // A run that ends closes its socket.
  const auto still = RunContact::find(arguments.folder);
  if (still || still.error().status != kExitNoRun) return std::move(*end);
  return {kExitSuccess, fmt::format("the run in '{}' has ended\n", arguments.folder.output)};
}

}  // namespace fanfetch
