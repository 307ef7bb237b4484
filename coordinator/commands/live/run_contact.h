#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "common/unique_fd.h"
#include "coordinator/control/request.h"
#include "coordinator/process/exit.h"
#include "coordinator/settle/run_folder.h"

namespace fanfetch {

/// Whether an answer of user `peer` is one of the run in a folder of user `owner`. Any other user's
/// program could wait in a folder that is open to all. `self`: this process's user.
[[nodiscard]] bool is_believed(uid_t peer, uid_t self, std::optional<uid_t> owner);

/// A connection to the run that is going on in a folder. A call waits for `patience` at most.
class RunContact {
 public:
  /// For a run that begins, ends or is slow.
  static constexpr std::chrono::seconds kPatience{5};

  /// Exit: no run is going on
  /// (kExitNoRun), there is no such folder (kExitConfiguration), or the run does not answer or not
  /// to this user (kExitOutput).
  [[nodiscard]] static tl::expected<RunContact, Exit> find(
      const RunFolder& folder, std::chrono::milliseconds patience = kPatience);

  /// The answer, a line with its LF. Exit: there is none (kExitOutput).
  [[nodiscard]] tl::expected<std::string, Exit> ask(const Request& request,
                                                    std::chrono::milliseconds patience = kPatience);
  /// What is said of a run that does not listen to this user.
  [[nodiscard]] Exit not_allowed() const;
  /// The run has let go of the folder.
  [[nodiscard]] bool has_ended() const;
  /// Waits for that, for as long as it takes.
  void wait_for_end() const;

  /// `the run in 'D' (pid N)`
  [[nodiscard]] std::string name() const;

 private:
  RunContact(RunFolder folder, int pid, UniqueFd fd)
      : folder_(std::move(folder)), pid_(pid), fd_(std::move(fd)) {}

  RunFolder folder_;
  int pid_;  // 0: it has not said
  UniqueFd fd_;
};

}  // namespace fanfetch
