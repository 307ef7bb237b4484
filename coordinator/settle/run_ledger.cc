#include "coordinator/settle/run_ledger.h"

#include <filesystem>

#include "coordinator/ledger/open_ledger.h"
#include "coordinator/settle/replay.h"

namespace fanfetch {
namespace {

tl::unexpected<Exit> unwritable(std::string_view message) {
  return tl::unexpected(exit_with(kExitOutput, message));
}

/// Any ledger that lies elsewhere can be named for any folder, but its rows are about the files of
/// one. A note that a power cut has emptied says nothing against the ledger that the user names.
tl::expected<void, Exit> check_owner(RunLedger& run, const std::string& output, bool elsewhere) {
  const std::string id = run.ledger->identity();
  const auto noted = run.output.ledger_identity();
  if (noted == id) return {};
  const bool note_was_lost = noted && noted->empty();
  if (elsewhere && !run.ledger->is_new() && !note_was_lost) {
    return unwritable(fmt::format(
        "the ledger '{}' belongs to another folder than '{}': name one of its own with --ledger",
        run.path, output));
  }
  return run.output.set_ledger_identity(id);
}

}  // namespace

tl::expected<RunLedger, Exit> open_run_ledger(OutputFolder folder, OnDamage on_damage,
                                              const std::function<void()>& moved) {
  const RunFolder names = folder.names();
  const std::string& ledger = names.ledger;
  RunLedger run{.output = std::move(folder), .path = names.ledger_path()};
  if (!ledger.empty() && !may_be_ledger(ledger)) {
    return unwritable(
        fmt::format("'{}' is not a ledger of fanfetch; name another file with --ledger", ledger));
  }
  auto opened = open_ledger(run.path, on_damage, moved);
  if (!opened) return unwritable(opened.error().message);
  run.notice = std::move(opened->notice);
  run.ledger = std::make_unique<SqliteLedger>(std::move(opened->database), run.path);

  std::error_code none;
  const bool elsewhere = !std::filesystem::equivalent(
      run.path, RunFolder{.output = names.output, .state = names.state}.ledger_path(), none);
  if (auto owned = check_owner(run, names.output, elsewhere); !owned) {
    return tl::unexpected(owned.error());
  }
  const Placer placer(run.output.fd(), run.output.part_fd());
  auto replayed = replay(
      *run.ledger, placer, [&run] { return run.output.sync(); }, moved);
  if (!replayed) return unwritable(replayed.error().message);
  const auto old_parts = run.output.clean_parts(moved);
  if (!old_parts) return tl::unexpected(old_parts.error());
  run.has_old_parts = *old_parts;
  return run;
}

SettlerHooks settler_hooks(RunLedger& run, Reserve& reserve, LinksInFlight& links,
                           NameClaims& names, RunReport& report, RunMeasures& measures,
                           const ContentNameRules& rules) {
  return {.claim_name =
              [&run, &names, rules](const Link& link, const Saved& saved) {
                return names.claim_for_content(link, saved, rules, [&](std::uint64_t key) {
                  return run.ledger->name_taken(key, link_id(link.hash));
                });
              },
          .on_other_name = [&names](std::uint64_t name) { names.note_unclaimed(name); },
          .sync = [&run] { return run.output.sync(); },
          .output_lost = [&run] { return run.output.lost(); },
          .free_reserve = [&reserve] { return reserve.free(); },
          .on_record =
              [&report, &measures](const Record& record) {
                report.on_record(record);
                measures.add(record);
              },
          .on_settled =
              [&links, &names](const LinkId& link, std::uint64_t planned, std::uint64_t final) {
                // In this order: who finds the name free sees the generation that shows its row.
                if (links.settled(link)) names.release(planned, final);
              }};
}

Result<> end_run(RunLedger& run, const Tally& tally, const HowItEnded& end) {
  const RunSummary summary{
      .saved = tally.count(Status::saved),
      .kept = tally.count(Status::kept),
      .skipped = tally.count(Status::skipped),
      .failed = tally.count(Status::failed),
      .bytes = tally.bytes(),
      .stood = tally.old_failures().all,
      .protections = run.protections,
      .ending = end.ending,
      .exit_status = end.signal == 0 ? std::optional(end.exit_status) : std::nullopt,
      .signal = end.signal != 0 ? std::optional(end.signal) : std::nullopt};
  if (auto ended = run.ledger->end_run(summary, std::chrono::system_clock::now()); !ended) {
    return fail("{}", ended.error().message);
  }
  return {};
}

}  // namespace fanfetch
