#include "coordinator/commands/top/fleet_top.h"

#include <chrono>
#include <clocale>
#include <utility>

#include "coordinator/commands/top/fleet_screen.h"
#include "coordinator/commands/top/terminal_screen.h"
#include "coordinator/fleet/run/survey_desk.h"

namespace fanfetch {
namespace {

constexpr auto kLookEvery = std::chrono::seconds(1);

Exit no_terminal_for_fleet() {
  return exit_with(kExitConfiguration,
                   "top needs a terminal; elsewhere there is fanfetch status --fleet URL");
}

}  // namespace

Exit run_fleet_top(const FleetTopArguments& arguments) {
  if (!TerminalScreen::has_terminal()) return no_terminal_for_fleet();
  auto access = access_of(arguments.fleet, "fanfetch-top");
  if (!access) return exit_with(kExitConfiguration, access.error().message);
  auto view = survey_fleet(*access, arguments.fleet.job);  // before the terminal is taken over
  if (!view) return std::move(view.error());
  const std::string job = view->job;  // the one to stay with, whichever others begin
  std::setlocale(LC_ALL, "");         // for the terminal's characters
  const auto screen = TerminalScreen::open();
  if (!screen) return no_terminal_for_fleet();
  Instant next = std::chrono::steady_clock::now() + kLookEvery;
  for (;;) {
    screen->show(fleet_screen(*view, screen->look()));
    const int key = screen->key_until(next);
    if (key == 'q' || key == TerminalScreen::kNoInput) return {};
    if (std::chrono::steady_clock::now() < next) continue;
    view = survey_fleet(*access, job);
    if (!view) return std::move(view.error());
    next = std::chrono::steady_clock::now() + kLookEvery;
  }
}

}  // namespace fanfetch
