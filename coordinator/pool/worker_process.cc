#include "coordinator/pool/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "common/worker_start.h"
#include "coordinator/process/own_program.h"

namespace fanfetch {
namespace {

constexpr int kExecFailed = 127;
constexpr int kDeathTimeoutMs = 1000;

struct Redirection {
  int from;  // -1: close `to`, which may be open from our own start
  int to;
};

/// Whatever a started process needs of the parent, made before vfork(): what is short then is an
/// error here, and not a death. `from` of each redirection lies above all `to`.
struct Descriptors {
  std::vector<Redirection> redirections;
  std::vector<UniqueFd> copies;  // of those that had to move

  Result<> add(int from, int to, int last) {
    if (from >= 0 && from <= last) {
      copies.emplace_back(::fcntl(from, F_DUPFD_CLOEXEC, last + 1));
      from = copies.back().get();
      if (from < 0) return fail("cannot copy a descriptor for a worker: {}", errno_text(errno));
    }
    redirections.push_back({from, to});
    return {};
  }
};

/// Between vfork and exec: async-signal-safe calls only, and nothing that the parent sees is
/// changed. `binary` lies above `last`.
[[noreturn]] void become_worker(int binary, const std::vector<Redirection>& descriptors, int last,
                                char* const* argv) {
  // Ctrl-C reaches the whole group, and the coordinator decides what it means; SIGUSR1
  // may be meant for the coordinator by a name that both begin with. Ignored signals stay
  // so through exec; from the first instruction on the worker is safe from them.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGPIPE, SIGXFSZ}) {
    ::signal(signal, SIG_IGN);
  }
  // Ctrl-Z would stop us here, and the coordinator, which waits for us: the worker lets it in.
  sigset_t stops;
  ::sigemptyset(&stops);
  for (const int signal : {SIGTSTP, SIGTTIN, SIGTTOU}) ::sigaddset(&stops, signal);
  ::sigprocmask(SIG_SETMASK, &stops, nullptr);

  char* const environment[] = {nullptr};
  bool good = true;
  for (const auto& [from, to] : descriptors) {
    if (from < 0) {
      ::close(to);
    } else {
      good = good && ::dup2(from, to) >= 0;
    }
  }
  // All others close on exec, the binary too: the worker gets no way to itself.
  constexpr unsigned kCloseOnExec = 4;  // CLOSE_RANGE_CLOEXEC, Linux 5.11
  if (good && ::syscall(SYS_close_range, last + 1, ~0u, kCloseOnExec) == 0) {
    ::fexecve(binary, argv, environment);
  }
  static constexpr char kMessage[] = "cannot execute the worker program\n";
  (void)!::write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
  ::_exit(kExecFailed);
}

/// vfork() and not fork(): that copies the page tables, after which each page that we write faults
/// once more. On a virtual machine, where a fault takes 12 us, it cost 10 ms a worker. The child
/// uses our memory until it executes the program, and no handler of ours may run in it. We wait
/// until the kernel has read where that program begins, which it has in memory as a rule.
pid_t fork_and_execute(int binary, const std::vector<Redirection>& descriptors, int last,
                       char* const* argv) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::vfork();
  if (pid == 0) become_worker(binary, descriptors, last, argv);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return pid;
}

}  // namespace

Result<UniqueFd> open_worker_binary() {
  const auto path = own_program("fanfetch-worker", "../worker/fanfetch-worker");
  if (!path) return tl::unexpected(path.error());
  UniqueFd binary(::open(path->c_str(), O_PATH | O_CLOEXEC));
  if (!binary.valid()) return fail("cannot open the program {}: {}", *path, errno_text(errno));
  return binary;
}

Result<WorkerProcess> WorkerProcess::start(const WorkerProgram& program,
                                           const CoordinatorChannel& channel) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return fail("cannot make a pipe: {}", errno_text(errno));
  UniqueFd stderr_read(pipe[0]);
  const UniqueFd stderr_write(pipe[1]);
  ::fcntl(stderr_read.get(), F_SETFL, O_NONBLOCK);
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null.valid()) return fail("cannot open /dev/null: {}", errno_text(errno));

  // Everything that allocates comes before vfork().
  const int last = kFirstOwnFd + static_cast<int>(program.descriptors.size()) - 1;
  std::vector<Redirection> wanted{{null.get(), STDIN_FILENO},
                                  {null.get(), STDOUT_FILENO},
                                  {stderr_write.get(), STDERR_FILENO},
                                  {channel.region_fd(), kRegionFd},
                                  {channel.submitted_fd(), kSubmittedFd},
                                  {channel.completed_fd(), kCompletedFd}};
  int own = kFirstOwnFd;
  for (const int fd : program.descriptors) wanted.push_back({fd, own++});
  Descriptors descriptors;
  for (const auto& [from, to] : wanted) {
    if (auto added = descriptors.add(from, to, last); !added) return tl::unexpected(added.error());
  }
  UniqueFd binary(::fcntl(program.binary.get(), F_DUPFD_CLOEXEC, last + 1));
  if (!binary.valid()) return fail("cannot copy a descriptor: {}", errno_text(errno));

  std::vector<std::string> words{"fanfetch-worker", std::to_string(::getpid()),
                                 std::string(name(program.sandbox)),
                                 fmt::format("{}", fmt::join(program.ports, ","))};
  words.insert(words.end(), program.arguments.begin(), program.arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  const pid_t pid = fork_and_execute(binary.get(), descriptors.redirections, last, argv.data());
  if (pid < 0) return fail("cannot start a worker process: {}", errno_text(errno));

  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd.valid()) {
    const int error = errno;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return fail("cannot watch a worker process: {}", errno_text(error));
  }
  ::fcntl(pidfd.get(), F_SETFD, FD_CLOEXEC);
  return WorkerProcess(pid, std::move(pidfd), std::move(stderr_read));
}

WorkerProcess::~WorkerProcess() {
  if (!pidfd_.valid()) return;
  kill();
  pollfd dead{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&dead, 1, kDeathTimeoutMs) == 1) (void)reap();
}

void WorkerProcess::kill() {
  was_killed_ = true;
  ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
}

bool WorkerProcess::waits_for_disk() const {
  std::ifstream file(fmt::format("/proc/{}/stat", pid_));
  std::string stat;
  std::getline(file, stat);
  const auto state = stat.rfind(") ");  // behind the name, which may hold anything
  return state != std::string::npos && stat.substr(state + 2, 1) == "D";
}

WorkerDeath WorkerProcess::reap() {
  siginfo_t info{};
  int result = 0;
  do {
    result = ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED);
  } while (result != 0 && errno == EINTR);
  pidfd_.reset();
  if (info.si_code == CLD_EXITED) {
    return {.how = fmt::format("exited with status {}", info.si_status),
            .exited_well = info.si_status == 0,
            .cannot_work_locked_in = info.si_status == kCannotWorkLockedIn};
  }
  if (info.si_status == SIGSYS) {
    return {.how = "was stopped by its sandbox: it made a system call that no worker makes",
            .signal = SIGSYS,
            .by_sandbox = true};
  }
  return {.how = fmt::format("was killed by signal {} ({})", info.si_status,
                             ::strsignal(info.si_status)),
          .signal = info.si_status};
}

}  // namespace fanfetch
