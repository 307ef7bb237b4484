#include "tests/support/fanfetch_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "tests/support/pointers.h"
#include "tests/support/processes.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throw_errno.h"

namespace fanfetch::support {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kEndOfWorkers{5000};  // what the program promises
constexpr int kExecFailed = 127;

std::string default_program() {
  const char* path = ::getenv("FANFETCH");
  if (path == nullptr) throw std::runtime_error("FANFETCH must name the program to test");
  return path;
}

/// An empty home, the same for all runs of a test program.
const TempDir& home() {
  static const TempDir folder;
  return folder;
}

std::vector<std::string> environment(const Launch& setup) {
  std::map<std::string, std::string> all = {{"PATH", "/usr/bin:/bin"},
                                            {"HOME", home().path()},
                                            {"XDG_CONFIG_HOME", home().path()},
                                            {"LC_ALL", "C.UTF-8"}};
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (const char* value = ::getenv(name)) all[name] = value;
  }
  for (const auto& [name, value] : setup.env) all[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : all) lines.push_back(name + '=' + value);
  return lines;
}

struct Pipe {
  UniqueFd read, write;

  Pipe() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0) throw_errno("pipe2");
    read.reset(fds[0]);
    write.reset(fds[1]);
  }
};

/// A terminal of so many columns, which changes nothing of what is written to it; `read` is our
/// end.
Pipe terminal(unsigned short columns) {
  Pipe ends;
  ends.read.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  char name[64];
  if (::grantpt(ends.read.get()) != 0 || ::unlockpt(ends.read.get()) != 0 ||
      ::ptsname_r(ends.read.get(), name, sizeof name) != 0) {
    throw_errno("a terminal");
  }
  ends.write.reset(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios settings{};
  ::tcgetattr(ends.write.get(), &settings);
  ::cfmakeraw(&settings);  // else it makes CR and LF of each LF
  ::tcsetattr(ends.write.get(), TCSANOW, &settings);
  const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  ::ioctl(ends.write.get(), TIOCSWINSZ, &size);
  return ends;
}

/// Runs between fork and exec: only async-signal-safe calls, because the parent has threads.
[[noreturn]] void become(const char* path, char* const* argv, char* const* envp,
                         const Launch& setup, pid_t parent, int in, int out, int err) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kExecFailed);
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &action, nullptr);
  action.sa_handler = SIG_IGN;
  if (setup.ignored_signal != 0) ::sigaction(setup.ignored_signal, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::close_range(3, ~0U, 0);
  if (!setup.folder.empty() && ::chdir(setup.folder.c_str()) != 0) ::_exit(kExecFailed);
  ::execve(path, argv, envp);
  ::_exit(kExecFailed);
}

/// Appends the available bytes. False: the other end is closed.
bool read_some(int fd, std::string& text) {
  char buffer[65536];
  const ssize_t got = ::read(fd, buffer, sizeof buffer);
  if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && errno == EINTR);
}

}  // namespace

std::string Finished::describe() const {
  std::string end = exit_status ? fmt::format("exit status {}", *exit_status)
                                : fmt::format("died of signal {}", signal);
  if (overran) end += ", killed at the deadline";
  if (!left_behind.empty()) end += fmt::format(", left behind {}", fmt::join(left_behind, " "));
  return fmt::format("{} after {} ms\nstdout: {}\nstderr: {}\n", end, took.count(),
                     out.substr(0, 4000), err.substr(0, 4000));
}

FanfetchProcess::FanfetchProcess(const Launch& setup)
    : stop_event_(::eventfd(0, EFD_CLOEXEC)), started_(std::chrono::steady_clock::now()) {
  ::signal(SIGPIPE, SIG_IGN);  // write_stdin() to a run that has ended must fail, not kill the test
  const std::string path = setup.program.empty() ? default_program() : setup.program;
  std::vector<std::string> args = setup.args;
  args.insert(args.begin(), path);
  std::vector<std::string> env = environment(setup);
  const std::vector<char*> argv = pointers(args);
  const std::vector<char*> envp = pointers(env);
  Pipe in, out, err;
  if (!setup.stdin_pipe) in.read.reset(::open(setup.stdin_file.c_str(), O_RDONLY | O_CLOEXEC));
  if (setup.stdout_unread) out.read.reset();
  if (setup.stderr_unread) err.read.reset();
  if (setup.stdout_columns != 0) out = terminal(setup.stdout_columns);
  if (setup.stderr_columns != 0) err = terminal(setup.stderr_columns);

  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw_errno("fork");
  if (pid_ == 0) {
    become(path.c_str(), argv.data(), envp.data(), setup, parent, in.read.get(), out.write.get(),
           err.write.get());
  }
  pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (setup.stdin_pipe) stdin_ = std::move(in.write);
  collector_ = std::thread(
      [this](UniqueFd out_end, UniqueFd err_end) {
        collect_output(std::move(out_end), std::move(err_end));
      },
      std::move(out.read), std::move(err.read));
}

FanfetchProcess::~FanfetchProcess() {
  if (!waited_) {
    kill_session();
    ::waitpid(pid_, nullptr, 0);
  }
  ::eventfd_write(stop_event_.get(), 1);
  if (collector_.joinable()) collector_.join();
}

void FanfetchProcess::collect_output(UniqueFd out, UniqueFd err) {
  std::string piece;
  while (out.valid() || err.valid()) {
    pollfd fds[] = {{stop_event_.get(), POLLIN, 0}, {out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}};
    if (::poll(fds, 3, -1) < 0) continue;
    if (fds[0].revents != 0) break;
    for (const int i : {1, 2}) {
      if (fds[i].revents == 0) continue;
      piece.clear();
      UniqueFd& end = i == 1 ? out : err;
      if (!read_some(end.get(), piece)) end.reset();
      const std::lock_guard lock(mutex_);
      (i == 1 ? out_ : err_) += piece;
    }
    changed_.notify_all();
  }
  const std::lock_guard lock(mutex_);
  output_ended_ = true;
  changed_.notify_all();
}

bool FanfetchProcess::ended() const {
  pollfd end{pidfd_.get(), POLLIN, 0};
  return ::poll(&end, 1, 0) > 0;
}

std::vector<pid_t> FanfetchProcess::workers() const { return children_of(pid_); }

std::vector<pid_t> FanfetchProcess::wait_for_workers(std::size_t count,
                                                     const std::vector<pid_t>& old) const {
  std::vector<pid_t> found;
  const auto enough_new = [&] {
    found = workers();
    std::erase_if(found, [&](pid_t pid) { return std::ranges::count(old, pid) > 0; });
    return found.size() >= count;
  };
  return eventually(enough_new, kPatience) ? found : std::vector<pid_t>{};
}

void FanfetchProcess::write_stdin(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = ::write(stdin_.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw_errno("write to the program's stdin");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void FanfetchProcess::signal(int number) const { ::kill(pid_, number); }

void FanfetchProcess::signal_all(int number) const { ::kill(-pid_, number); }

bool FanfetchProcess::signal_and_wait(int number) const {
  signal(number);
  return eventually([&] { return !signal_is_pending(pid_, number); }, kPatience);
}

bool FanfetchProcess::wait_for_text(const std::string& where, std::string_view text) const {
  std::unique_lock lock(mutex_);
  const auto is_there = [&] { return where.find(text) != std::string::npos; };
  changed_.wait_for(lock, kPatience, [&] { return is_there() || output_ended_; });
  return is_there();
}

bool FanfetchProcess::wait_for_stdout(std::string_view text) const {
  return wait_for_text(out_, text);
}

bool FanfetchProcess::wait_for_stderr(std::string_view text) const {
  return wait_for_text(err_, text);
}

std::string FanfetchProcess::stdout_now() const {
  const std::lock_guard lock(mutex_);
  return out_;
}

std::string FanfetchProcess::stderr_now() const {
  const std::lock_guard lock(mutex_);
  return err_;
}

Finished FanfetchProcess::wait(std::chrono::milliseconds limit) {
  Finished finished;
  pollfd end{pidfd_.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&end, 1, static_cast<int>(limit.count()));
  } while (ready < 0 && errno == EINTR);
  finished.overran = ready == 0;
  finished.took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started_);
  if (finished.overran) kill_session();

  int status = 0;
  ::waitpid(pid_, &status, 0);
  waited_ = true;
  if (WIFEXITED(status)) finished.exit_status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) finished.signal = WTERMSIG(status);

  const auto all_gone = [&] {
    finished.left_behind = processes_of_session(pid_);
    return finished.left_behind.empty();
  };
  if (!eventually(all_gone, kEndOfWorkers)) kill_session();
  collector_.join();  // ends, because no process is left that holds the pipes
  finished.out = out_;
  finished.err = err_;
  return finished;
}

void FanfetchProcess::kill_session() const {
  if (!waited_) ::kill(pid_, SIGKILL);  // it may not have called setsid() yet
  for (const pid_t pid : processes_of_session(pid_)) ::kill(pid, SIGKILL);
}

Finished run(const Launch& setup, std::chrono::milliseconds limit) {
  return FanfetchProcess(setup).wait(limit);
}

}  // namespace fanfetch::support
