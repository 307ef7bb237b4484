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

/// How to launch the program.
struct Launch {
  std::vector<std::string> args;
  /// Added to an environment without proxies, IMGUR_CLIENT_ID and configuration.
  std::map<std::string, std::string> env = {};
  std::string folder = {};   ///< Working directory; empty: the test's own.
  std::string program = {};  ///< Empty: the environment variable FANFETCH.
  bool stdin_pipe = false;   ///< For write_stdin(); otherwise stdin is `stdin_file`.
  std::string stdin_file = "/dev/null";
  bool stdout_unread = false;  ///< A pipe whose reader has closed it before the start.
  bool stderr_unread = false;
  /// Not 0: it is a terminal of so many columns; `env` has to say which, as TERM.
  unsigned short stdout_columns = 0, stderr_columns = 0;
  int ignored_signal = 0;  ///< Ignored from the start, as nohup does with SIGHUP.
};

/// How a run ended.
struct Finished {
  std::optional<int> exit_status;  ///< nullopt: died of `signal`, or overran the deadline.
  int signal = 0;
  bool overran = false;  ///< It was still running at the deadline, and was killed.
  std::string out, err;
  std::vector<pid_t> left_behind;  ///< Processes of the run that outlived it by 5 s.
  std::chrono::milliseconds took{0};

  /// All of this as text, for a failed test's message.
  [[nodiscard]] std::string describe() const;
};

/// The real coordinator with its real workers, as a user launches it. Runs in its own session,
/// so that every process of the run can be found, and none outlives this object.
/// REQUIRES: made by the main thread (the run dies with the thread that started it).
class FanfetchProcess {
 public:
  explicit FanfetchProcess(const Launch& setup);
  FanfetchProcess(const FanfetchProcess&) = delete;
  FanfetchProcess& operator=(const FanfetchProcess&) = delete;
  ~FanfetchProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Whether the run has ended; wait() then returns immediately.
  [[nodiscard]] bool ended() const;
  [[nodiscard]] std::vector<pid_t> workers() const;
  /// Waits for `count` workers that are not in `old`. Empty: there were none in time.
  [[nodiscard]] std::vector<pid_t> wait_for_workers(std::size_t count,
                                                    const std::vector<pid_t>& old = {}) const;

  void write_stdin(std::string_view text) const;
  void close_stdin() { stdin_.reset(); }

  /// Sends a signal to the coordinator alone, or to the workers too, as Ctrl-C does.
  void signal(int number) const;
  void signal_all(int number) const;
  /// Sends a signal, and returns once the coordinator has received it. False: not in time.
  [[nodiscard]] bool signal_and_wait(int number) const;

  /// Waits until the output contains `text`. False: not in time, or the output ended without it.
  [[nodiscard]] bool wait_for_stdout(std::string_view text) const;
  [[nodiscard]] bool wait_for_stderr(std::string_view text) const;
  /// The output so far.
  [[nodiscard]] std::string stdout_now() const;
  [[nodiscard]] std::string stderr_now() const;

  /// Waits for the end of the run, and kills it after `limit`. Call once.
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

/// Starts a run and waits for its end.
[[nodiscard]] Finished run(const Launch& setup, std::chrono::milliseconds limit = kPatience);

}  // namespace fanfetch::support
