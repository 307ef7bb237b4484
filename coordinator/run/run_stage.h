#pragma once

#include <cstdint>

namespace fanfetch {

/// How far a run is.
enum class Stage : std::uint8_t {
  running,
  finishing,  ///< All links are finished, and the workers were told to leave.
  cut_off,    ///< The run ends before that: no request is begun any more.
};

/// What happens to a run.
enum class RunEvent : std::uint8_t {
  all_finished,      ///< The list is at its end, and every link of it is finished.
  must_end,          ///< The first signal, or an output that cannot be written.
  asked_to_end,      ///< A limit of the run is reached, or `fanfetch stop` was called.
  workers_hopeless,  ///< No worker can be started any more.
  signal_again,      ///< The user does not want to wait.
  grace_over,        ///< The workers have had their time to finish their jobs.
  cut_over,          ///< They have also had their time to write checkpoints and leave.
  kill_over,     ///< Some worker is not dead yet though it was killed: its disk does not respond.
  workers_gone,  ///< The last worker has left.
  all_written,   ///< The ledger's thread has done all that it was given.
};

/// What the loop does next, in this order.
struct RunOrders {
  bool cancel_links = false;  ///< No more links are read, and no link gets another request.
  bool stop_workers = false;  ///< Each finishes its jobs and leaves; a grace period begins.
  bool cut_workers = false;   ///< Each writes checkpoints and leaves.
  bool kill_workers = false;
  bool settle_rest = false;   ///< No more links are finished: settle those that wait for others.
  bool close_ledger = false;  ///< Nothing more comes: write what is there.
  bool leave_loop = false;

  bool operator==(const RunOrders&) const = default;
};

/// The stages of a run, and what follows from each event. Pure.
///
///     event \ stage    | running              | finishing         | cut off
///     -----------------+----------------------+-------------------+---------------
///     all finished     | stop, settle         |                   |
///                      | → finishing          |                   |
///     must end         | cancel, stop         | cancel            |
///                      | → cut off            | → cut off         |
///     asked to end     | cancel, stop         |                   |
///                      | → cut off            |                   |
///     workers hopeless | cancel, stop, kill   | cancel, kill      | kill
///     signal again     | kill, leave          | kill, leave       | kill, leave
///     grace over       |                      | cut               | cut
///     cut over         |                      | kill              | kill
///     kill over        |                      | close ledger      | close ledger
///     workers gone     |                      | close ledger      | close ledger
///     all written      | leave                | leave             | leave
class RunStage {
 public:
  [[nodiscard]] RunOrders on(RunEvent event);
  [[nodiscard]] Stage stage() const { return stage_; }

 private:
  Stage stage_ = Stage::running;
};

}  // namespace fanfetch
