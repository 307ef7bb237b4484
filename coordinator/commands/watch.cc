#include "coordinator/commands/watch.h"

#include <chrono>
#include <thread>

#include "coordinator/commands/live/run_contact.h"
#include "coordinator/control/answer_reader.h"
#include "coordinator/control/fleet_json.h"

namespace fanfetch {
namespace {

constexpr auto kEach = std::chrono::seconds(1);
/// A look at a folder does not wait for a run that hangs.
constexpr std::chrono::milliseconds kSoon{1000};

std::optional<LiveAnswer> read(std::string line) {
  if (line.ends_with('\n')) line.pop_back();
  auto answer = read_answer(line);
  if (!answer || !answer->ok) return std::nullopt;
  auto fleet = read_seen_fleet(line);
  return LiveAnswer{
      .text = std::move(answer->text), .json = std::move(line), .fleet = std::move(fleet)};
}

/// A run that ends closes its socket some time before it lets go of the folder.
bool has_ended(const RunFolder& folder) {
  const auto still = RunContact::find(folder);
  return !still && still.error().status == kExitNoRun;
}

}  // namespace

std::optional<LiveAnswer> ask_run(const RunFolder& folder) {
  auto run = RunContact::find(folder, std::chrono::milliseconds(0));
  if (!run) return std::nullopt;
  auto line = run->ask(StatusRequest{}, kSoon);
  return line ? read(std::move(*line)) : std::nullopt;
}

tl::expected<void, Exit> watch_run(const RunFolder& folder, bool json, LineOutput& output) {
  auto run = RunContact::find(folder);
  if (!run && run.error().status == kExitNoRun) return {};
  if (!run) return tl::unexpected(std::move(run.error()));
  for (;;) {
    auto line = run->ask(StatusRequest{});
    if (!line && has_ended(folder)) return {};
    if (!line) return tl::unexpected(std::move(line.error()));
    const auto live = read(std::move(*line));
    if (!live) return tl::unexpected(run->not_allowed());
    if (!(json ? output.add_data(live->json + '\n') && output.flush() : output.show(live->text))) {
      return {};
    }
    std::this_thread::sleep_for(kEach);
  }
}

}  // namespace fanfetch
