#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/unique_fd.h"
#include "tests/support/fault_origin.h"

namespace fanfetch::support {

/// What a run of the program is given.
struct Launch {
  std::vector<std::string> args;
  /// Added to an environment without proxies, IMGUR_CLIENT_ID or configuration.
  std::map<std::string, std::string> env = {};
  std::string folder = {};     ///< Working directory; empty: the test's own.
  std::string program = {};    ///< Empty: what the environment variable FANFETCH names.
  bool stdin_pipe = false;     ///< For write_stdin(); otherwise stdin is /dev/null.
  bool stdout_unread = false;  ///< A pipe whose reader is gone before the start.
  bool stderr_unread = false;
  int ignored_signal = 0;  ///< Ignored from the start, as nohup does with SIGHUP.
};

/// How a run ended.
struct Finished {
  std::optional<int> exit_status;  ///< None: it died of `signal`, or overran the deadline.
  int signal = 0;
  bool overran = false;  ///< It was still there at the deadline, and was killed.
  std::string out, err;
  std::vector<pid_t> left_behind;  ///< Processes of the run that outlived it by 5 s.
  std::chrono::milliseconds took{0};

  /// All of that, for a failed test's message.
  [[nodiscard]] std::string describe() const;
};

/// The real coordinator with its real workers, as a user launches it. Runs in a session of its own,
/// so that every process of the run can be found, and none outlives this object.
/// REQUIRES: made by the main thread (the run dies with the thread that started it).
class FanfetchProcess {
 public:
  explicit FanfetchProcess(const Launch& setup);
  FanfetchProcess(const FanfetchProcess&) = delete;
  FanfetchProcess& operator=(const FanfetchProcess&) = delete;
  ~FanfetchProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Is it over? wait() then returns at once.
  [[nodiscard]] bool ended() const;
  [[nodiscard]] std::vector<pid_t> workers() const;
  /// Waits for so many workers, none of them among `old`. Empty: not in time.
  [[nodiscard]] std::vector<pid_t> wait_for_workers(std::size_t count,
                                                    const std::vector<pid_t>& old = {}) const;

  void write_stdin(std::string_view text) const;
  void close_stdin() { stdin_.reset(); }

  /// To the coordinator alone, or as Ctrl-C does it, to the workers too.
  void signal(int number) const;
  void signal_all(int number) const;
  /// The signal, and returns once the coordinator has taken it. False: it did not.
  [[nodiscard]] bool signal_and_wait(int number) const;

  /// Waits until the text stands there. False: not in time, or all output ended without it.
  [[nodiscard]] bool wait_for_stdout(std::string_view text) const;
  [[nodiscard]] bool wait_for_stderr(std::string_view text) const;
  /// What has come so far.
  [[nodiscard]] std::string stdout_now() const;

  /// Waits for the end; call it once. At the deadline the run is killed.
  Finished wait(std::chrono::milliseconds limit = kPatience);

 private:
  void collect_output(UniqueFd out, UniqueFd err);
  [[nodiscard]] bool wait_for_text(const std::string& where, std::string_view text) const;
  void kill_session() const;

  pid_t pid_ = -1;
  UniqueFd pidfd_;
  UniqueFd stdin_;
  UniqueFd stop_event_;
  std::chrono::steady_clock::time_point started_;
  bool waited_ = false;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  // Under the mutex:
  std::string out_, err_;
  bool output_ended_ = false;

  std::thread collector_;
};

/// Starts it and waits for its end.
[[nodiscard]] Finished run(const Launch& setup, std::chrono::milliseconds limit = kPatience);

}  // namespace fanfetch::support
