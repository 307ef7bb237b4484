#include "coordinator/commands/watch.h"

#include <chrono>
#include <thread>

#include "coordinator/commands/live/run_contact.h"
#include "coordinator/control/answer_reader.h"

namespace fanfetch {
namespace {

constexpr auto kEach = std::chrono::seconds(1);
/// A look at a folder does not wait for a run that hangs.
constexpr std::chrono::milliseconds kSoon{1000};

std::optional<LiveAnswer> read(std::string line) {
  if (line.ends_with('\n')) line.pop_back();
  auto answer = read_answer(line);
  if (!answer || !answer->ok) return std::nullopt;
  return LiveAnswer{.text = std::move(answer->text), .json = std::move(line)};
}

}  // namespace

std::optional<LiveAnswer> ask_run(const FolderArguments& folder) {
  auto run = RunContact::find(folder.output, folder.ledger, std::chrono::milliseconds(0));
  if (!run) return std::nullopt;
  auto line = run->ask(StatusRequest{}, kSoon);
  return line ? read(std::move(*line)) : std::nullopt;
}

tl::expected<void, Exit> watch_run(const FolderArguments& folder, LineOutput& output) {
  auto run = RunContact::find(folder.output, folder.ledger);
  if (!run && run.error().status == kExitNoRun) return {};
  if (!run) return tl::unexpected(std::move(run.error()));
  for (;;) {
    auto line = run->ask(StatusRequest{});
    if (!line && run->has_ended()) return {};
    if (!line) return tl::unexpected(std::move(line.error()));
    const auto live = read(std::move(*line));
    if (!live) return tl::unexpected(run->not_allowed());
    if (!output.show(live->text)) return {};
    std::this_thread::sleep_for(kEach);
  }
}

}  // namespace fanfetch
