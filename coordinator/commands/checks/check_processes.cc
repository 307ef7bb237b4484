#include "coordinator/commands/checks/check_processes.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <memory>
#include <string_view>
#include <type_traits>

#include "common/crash_point.h"
#include "common/sandbox/lock_in.h"
#include "common/sha256.h"
#include "coordinator/ledger/history.h"
#include "coordinator/process/exit_status.h"
#include "coordinator/process/write_all.h"
#include "coordinator/report/console.h"

namespace fanfetch {
namespace {

static_assert(std::is_trivially_copyable_v<Finding>);
// Several processes write into one pipe: what is no longer than this is never torn apart (POSIX).
static_assert(sizeof(Finding) <= PIPE_BUF);

/// Read at once; more come while they are looked at.
constexpr std::size_t kMostFindings = 256;

constexpr const char* kShare =
    "SELECT row, file_name, bytes, mtime_ns, sha256, status FROM links "
    "WHERE file_name IS NOT NULL AND node IS NULL AND row % ? = ? ORDER BY row";

ExpectedFile read_file_row(Statement& from) {
  ExpectedFile file;
  file.row = from.number();
  file.name = from.text();
  const auto bytes = from.optional_number();
  const auto mtime = from.optional_number();
  if (bytes) file.stamp = FileStamp{static_cast<std::uint64_t>(*bytes), mtime.value_or(0)};
  if (const auto digest = from.blob(); digest.size() == sizeof(Sha256Digest)) {
    file.sha256.emplace();
    std::copy(digest.begin(), digest.end(), file.sha256->begin());
  }
  file.saved = from.text() == name(Status::saved);
  return file;
}

/// From here on this process can read the files of that folder and report, and no more, whatever
/// may lie among them. SQLite has opened all that it needs, and so must OpenSSL have.
void lock_in_with(int folder) {
  (void)Sha256().finish();
  const auto locked = lock_in({.folders = {{folder, FolderRight::Use::read}}, .record_locks = true},
                              SandboxLevel::full);
  if (locked) return;
  Console().line("fanfetch: the files are read without a sandbox: " + locked.error().message);
}

/// One process's share of the rows.
Result<> check_share(unsigned share, unsigned shares, History& history, int folder, int findings) {
  int pipe_error = 0;
  const auto tell = [&](const Finding& finding) {
    const std::string_view frame(reinterpret_cast<const char*>(&finding), sizeof finding);
    if (pipe_error == 0) pipe_error = write_all(findings, frame).second;
  };
  {
    Statement select(history.database(), kShare);
    select.bind(std::int64_t{shares}).bind(std::int64_t{share});
    bool has_row = select.step();
    lock_in_with(folder);
    while (pipe_error == 0 && has_row) {
      tell(check_file(folder, read_file_row(select), tell));
      crash_point("checked_file");
      has_row = select.step();
    }
  }
  if (pipe_error != 0) return fail("cannot report: {}", errno_text(pipe_error));
  if (auto error = history.error()) return tl::unexpected(std::move(*error));
  return {};
}

[[noreturn]] void be_process(pid_t parent, unsigned share, unsigned shares,
                             const std::string& ledger, int folder, int findings) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kExitOutput);
  std::string problem;
  Result<std::unique_ptr<History>> history;  // not closed: SQLite would look for its log again
  try {
    history = History::open(ledger);
    const auto checked = history ? check_share(share, shares, **history, folder, findings)
                                 : Result<>(tl::unexpected(history.error()));
    if (checked) ::_exit(kExitSuccess);
    problem = checked.error().message;
  } catch (const std::exception& error) {
    problem = error.what();
  }
  Console().line("fanfetch: " + problem);
  ::_exit(kExitOutput);  // nothing of the parent's is to be closed or flushed here
}

}  // namespace

Result<CheckProcesses> CheckProcesses::start(unsigned count, const std::string& ledger,
                                             int folder) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail("cannot make a pipe: {}", errno_text(errno));
  CheckProcesses processes;
  processes.findings_.reset(ends[0]);
  const UniqueFd write_end(ends[1]);
  const pid_t parent = ::getpid();
  for (unsigned share = 0; share < count; ++share) {
    const pid_t pid = ::fork();
    if (pid < 0) return fail("cannot start a process: {}", errno_text(errno));
    if (pid == 0) {
      processes.findings_.reset();
      be_process(parent, share, count, ledger, folder, write_end.get());
    }
    processes.pids_.push_back(pid);
  }
  return processes;
}

CheckProcesses::~CheckProcesses() {
  for (const pid_t pid : pids_) ::kill(pid, SIGKILL);
  for (const pid_t pid : pids_) ::waitpid(pid, nullptr, 0);
}

std::vector<Finding> CheckProcesses::next(std::chrono::milliseconds wait) {
  pollfd readable{.fd = findings_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&readable, 1, static_cast<int>(wait.count())) <= 0) return {};
  std::vector<Finding> found(kMostFindings);
  // Whole frames are written at once and read in whole numbers: what comes is whole frames.
  const ssize_t size = ::read(findings_.get(), found.data(), found.size() * sizeof(Finding));
  if (size == 0) findings_.reset();
  found.resize(size > 0 ? static_cast<std::size_t>(size) / sizeof(Finding) : 0);
  return found;
}

Result<> CheckProcesses::finish() {
  std::string problem;
  for (const pid_t pid : std::exchange(pids_, {})) {
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid) continue;
    if (WIFSIGNALED(status)) {
      problem = fmt::format("a process that read files (pid {}) was killed by signal {}", pid,
                            WTERMSIG(status));
    } else if (WEXITSTATUS(status) != 0) {
      problem = fmt::format("a process that read files (pid {}) gave up", pid);
    }
  }
  if (!problem.empty()) return fail("{}; not every file was verified", problem);
  return {};
}

}  // namespace fanfetch
