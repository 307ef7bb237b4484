#include "coordinator/commands/live/run_contact.h"

#include <fmt/format.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <thread>
#include <vector>

#include "common/result.h"
#include "coordinator/control/socket.h"
#include "coordinator/ledger/history.h"
#include "coordinator/settle/folder_holder.h"

namespace fanfetch {
namespace {

using Clock = std::chrono::steady_clock;

/// Between two looks whether a run has begun to listen, or has ended.
constexpr auto kLook = std::chrono::milliseconds(50);
/// No answer is longer.
constexpr std::size_t kMaxAnswer = 4 << 20;

std::string run_in(const std::string& output, int pid) {
  return pid > 0 ? fmt::format("the run in '{}' (pid {})", output, pid)
                 : fmt::format("the run in '{}'", output);
}

/// Whose process it is; nullopt: there is none of that number.
std::optional<uid_t> owner_of(int pid) {
  struct stat status {};
  if (pid <= 0 || ::stat(fmt::format("/proc/{}", pid).c_str(), &status) != 0) return std::nullopt;
  return status.st_uid;
}

std::string name_of(uid_t user) {
  const passwd* entry = ::getpwuid(user);  // one thread
  return entry != nullptr ? entry->pw_name : fmt::format("user {}", user);
}

Exit belongs_to_another(const std::string& output, int pid) {
  const auto owner = owner_of(pid);
  const std::string whose = owner ? name_of(*owner) : "another user";
  return exit_with(kExitOutput,
                   pid > 0
                       ? fmt::format("the run in '{}' belongs to {} (pid {})", output, whose, pid)
                       : fmt::format("the run in '{}' belongs to {}", output, whose));
}

Exit no_run(const RunFolder& folder) {
  std::string text = fmt::format("no run is going on in '{}'", folder.output);
  auto history = History::open(folder.ledger_path());
  const auto command = history ? (*history)->last_command() : std::nullopt;
  if (command) {
    text += "; to go on with what the last one left, give its command again: " + *command;
  }
  return exit_with(kExitNoRun, text);
}

/// Why nobody can be asked where nobody was seen to hold the folder.
Exit not_held(const RunFolder& folder) {
  const std::string& output = folder.output;
  struct stat status {};
  if (::stat(output.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return exit_with(kExitConfiguration, fmt::format("there is no folder '{}'{}", output,
                                                     errno == 0 ? "" : ": " + errno_text(errno)));
  }
  const std::string lock = folder.lock_path();
  if (::access(lock.c_str(), R_OK) != 0 && errno == EACCES) {
    return exit_with(kExitOutput,
                     fmt::format("'{}' belongs to another user, who may ask its runs", output));
  }
  return no_run(folder);
}

bool is_answered_by_its_user(int fd, const std::string& own) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  struct stat folder {};
  const bool found = ::stat(own.c_str(), &folder) == 0;
  return is_believed(peer.uid, ::geteuid(), found ? std::optional(folder.st_uid) : std::nullopt);
}

Exit held_by_verify(const std::string& output, const Holder& holder) {
  const std::string pid = holder.pid ? fmt::format(" (pid {})", *holder.pid) : "";
  return exit_with(kExitNoRun, fmt::format("no run is going on in '{}': fanfetch verify{} holds it",
                                           output, pid));
}

Exit silent(const std::string& output, int pid) {
  return exit_with(kExitOutput, run_in(output, pid) + " does not answer");
}

}  // namespace

bool is_believed(uid_t peer, uid_t self, std::optional<uid_t> owner) {
  if (peer == 0) return true;
  return self == 0 ? peer == owner : peer == self;
}

tl::expected<RunContact, Exit> RunContact::find(const RunFolder& folder,
                                                std::chrono::milliseconds patience) {
  const std::string& output = folder.output;
  const auto deadline = Clock::now() + patience;
  for (;;) {
    const auto holder = holder_of(folder);
    if (!holder) return tl::unexpected(not_held(folder));
    const int pid = holder->pid.value_or(0);
    if (!holder->may_be_here()) {
      return tl::unexpected(
          exit_with(kExitOutput, fmt::format("'{}' is held by a run on {} (pid {}): ask there",
                                             output, holder->host, pid)));
    }
    if (holder->purpose == HeldFor::verify) return tl::unexpected(held_by_verify(output, *holder));
    std::vector<uid_t> users = {::geteuid()};
    if (const auto owner = owner_of(pid)) users.push_back(*owner);
    auto fd = connect_to_control(folder, users);
    if (fd && !is_answered_by_its_user(fd->get(), folder.own_path()))
      return tl::unexpected(belongs_to_another(output, pid));
    if (fd) return RunContact(folder, pid, std::move(*fd));
    if (fd.error() == EACCES || fd.error() == EPERM) {
      return tl::unexpected(belongs_to_another(output, pid));
    }
    // It may be about to begin, or to end.
    if (Clock::now() >= deadline) return tl::unexpected(silent(output, pid));
    std::this_thread::sleep_for(kLook);
  }
}

tl::expected<std::string, Exit> RunContact::ask(const Request& request,
                                                std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  const std::string line = request_line(request);
  std::size_t sent = 0;
  std::string answer;
  std::array<char, 16 * 1024> buffer;
  while (!answer.ends_with('\n') && answer.size() < kMaxAnswer) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    const bool sends = sent < line.size();
    pollfd wait{
        .fd = fd_.get(), .events = static_cast<short>(sends ? POLLOUT : POLLIN), .revents = 0};
    if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) == 0) break;
    const ssize_t count = sends ? ::send(fd_.get(), line.data() + sent, line.size() - sent,
                                         MSG_NOSIGNAL | MSG_DONTWAIT)
                                : ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    // A run that does not listen to this user has said so before it has read anything.
    if (sends && count < 0 && errno == EPIPE) {
      sent = line.size();
      continue;
    }
    if (count <= 0) break;
    if (sends) {
      sent += static_cast<std::size_t>(count);
    } else {
      answer.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
  if (answer.ends_with('\n')) return answer;
  return tl::unexpected(silent(folder_.output, pid_));
}

Exit RunContact::not_allowed() const { return belongs_to_another(folder_.output, pid_); }

bool RunContact::has_ended() const {
  const auto holder = holder_of(folder_);
  return !holder || holder->pid.value_or(0) != pid_;
}

void RunContact::wait_for_end() const {
  while (!has_ended()) std::this_thread::sleep_for(kLook);
}

std::string RunContact::name() const { return run_in(folder_.output, pid_); }

}  // namespace fanfetch
