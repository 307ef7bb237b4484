#include "coordinator/commands/folder/last_run.h"

#include "coordinator/ledger/schema.h"
#include "coordinator/settle/folder_holder.h"

namespace fanfetch {
namespace {

/// An exit status or a signal: a ledger that is damaged, or a stranger's, may hold any number.
std::optional<int> optional_status(Statement& from) {
  const auto number = from.optional_number();
  if (!number || *number < 0 || *number > 255) return std::nullopt;
  return static_cast<int>(*number);
}

/// Whether it ended is told by who holds the folder.
std::optional<LastRun> read_last_run(Database& database) {
  Statement select(database,
                   "SELECT run, pid, started_at, ended_at, ending, saved, kept, skipped, failed, "
                   "stood, protections, exit_status, signal, slice FROM runs "
                   "ORDER BY run DESC LIMIT 1");
  if (!select.step()) return std::nullopt;
  LastRun run;
  run.number = select.number();
  run.pid = static_cast<int>(select.number());
  run.started_at = ledger_time(select.number());
  if (const auto ended = select.optional_number()) run.ended_at = ledger_time(*ended);
  run.state = select.optional_text().value_or("");
  run.saved = select.optional_count().value_or(0);
  run.kept = select.optional_count();
  run.skipped = select.optional_count();
  run.failed = select.optional_count().value_or(0);
  run.stood = select.optional_count();
  if (const auto bits = select.optional_number()) {
    run.protections = static_cast<Protections>(*bits) & protection::kAll;
  }
  run.exit_status = optional_status(select);
  run.signal = optional_status(select);
  if (const auto slice = select.optional_text()) run.slice = slice_from_text(*slice);
  return run;
}

}  // namespace

RunLook look_at_run(History& history, const RunFolder& folder) {
  RunLook look;
  // A run tells its end before it lets go of the folder. So who holds it is looked up before the
  // ledger; a run that began between the two is seen in the second round.
  for (int round = 0; round < 2; ++round) {
    const auto holder = holder_of(folder);
    look.held_by = holder ? std::optional(holder->pid.value_or(0)) : std::nullopt;
    history.look_again();
    look.last_run = read_last_run(history.database());
    if (!look.last_run || look.last_run->ended_at) break;
    const bool running = look.held_by == look.last_run->pid;
    look.last_run->state = running ? "running" : "killed";
    if (running) break;
  }
  return look;
}

}  // namespace fanfetch
