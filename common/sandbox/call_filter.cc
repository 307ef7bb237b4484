#include "common/sandbox/call_filter.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "common/sandbox/call_lists.h"

namespace fanfetch {
namespace {

using Compared = std::vector<scmp_arg_cmp>;

/// The kernel reads only the lower half of an int, so a filter must too.
constexpr scmp_datum_t kLowerHalf = 0xffffffff;

scmp_arg_cmp compared(unsigned argument, scmp_compare how, scmp_datum_t value) {
  return {argument, how, value, 0};
}
scmp_arg_cmp masked(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}
scmp_arg_cmp is(unsigned argument, scmp_datum_t value) {
  return masked(argument, kLowerHalf, value);
}

/// Rules of a filter; remembers the first error.
class Filter {
 public:
  explicit Filter(std::uint32_t otherwise)
      : context_(seccomp_init(otherwise), &seccomp_release), otherwise_(otherwise) {
    if (!context_) error_ = -ENOMEM;
  }

  void add(std::uint32_t action, int call, const Compared& compared = {}) {
    if (error_ != 0 || action == otherwise_) return;
    error_ = seccomp_rule_add_array(context_.get(), action, call,
                                    static_cast<unsigned>(compared.size()), compared.data());
    failed_ = call;
  }
  void add_all(std::uint32_t action, std::span<const int> calls) {
    for (const int call : calls) add(action, call);
  }
  void set(scmp_filter_attr attribute, std::uint32_t value) {
    if (error_ == 0) error_ = seccomp_attr_set(context_.get(), attribute, value);
  }
  [[nodiscard]] Result<> load() {
    if (error_ != 0) {
      return fail("cannot make a seccomp filter (call {}): {}", failed_, errno_text(-error_));
    }
    // Sets no_new_privs first.
    if (const int error = seccomp_load(context_.get()); error != 0) {
      return fail("cannot load a seccomp filter: {}", errno_text(-error));
    }
    return {};
  }

 private:
  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  std::uint32_t otherwise_;
  int error_ = 0;
  int failed_ = 0;
};

constexpr std::uint32_t kAllow = SCMP_ACT_ALLOW, kKill = SCMP_ACT_KILL_PROCESS;
constexpr std::uint32_t kRefuse = SCMP_ACT_ERRNO(EPERM);

/// All but AF_INET and AF_INET6, SOCK_STREAM: libseccomp has no "in none of these".
void refuse_other_sockets(Filter& filter) {
  constexpr scmp_datum_t kFamilies[] = {AF_INET, AF_INET6};
  constexpr scmp_datum_t kKinds = 0xf;  // without SOCK_NONBLOCK and SOCK_CLOEXEC
  static_assert(AF_INET < AF_INET6);
  filter.add(kKill, SCMP_SYS(socket), {compared(0, SCMP_CMP_LT, AF_INET)});
  filter.add(kKill, SCMP_SYS(socket), {compared(0, SCMP_CMP_GT, AF_INET6)});
  for (scmp_datum_t family = AF_INET + 1; family < AF_INET6; ++family) {
    filter.add(kKill, SCMP_SYS(socket), {is(0, family)});
  }
  for (const scmp_datum_t kind :
       {SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, SOCK_DCCP, SOCK_PACKET}) {
    for (const scmp_datum_t family : kFamilies) {
      filter.add(kKill, SCMP_SYS(socket), {is(0, family), masked(1, kKinds, kind)});
    }
  }
  for (const scmp_datum_t family : kFamilies) {
    for (const int protocol : {0, int{IPPROTO_TCP}}) {  // not MPTCP: Landlock lets that pass
      filter.add(kAllow, SCMP_SYS(socket),
                 {is(0, family), masked(1, kKinds, SOCK_STREAM),
                  is(2, static_cast<scmp_datum_t>(protocol))});
    }
  }
}

void allow_network(Filter& filter, const SandboxRules& rules) {
  if (rules.network == Network::none) {
    filter.add(kKill, SCMP_SYS(socket));
    filter.add(kKill, SCMP_SYS(connect));
    return;
  }
  refuse_other_sockets(filter);
  filter.add_all(kAllow, kConnect);
  for (const SocketOption& option : kSocketOptions) {
    filter.add(kAllow, SCMP_SYS(setsockopt),
               {is(1, static_cast<scmp_datum_t>(option.level)),
                is(2, static_cast<scmp_datum_t>(option.name))});
  }
  // libcurl's way to wake a sleeping thread, which it goes on without.
  filter.add(kRefuse, SCMP_SYS(socketpair));
  if (rules.ports.empty()) {
    filter.add(kAllow, SCMP_SYS(sendto));
    filter.add(kAllow, SCMP_SYS(sendmsg));
  } else {  // MSG_FASTOPEN connects, past Landlock
    filter.add(kAllow, SCMP_SYS(sendto), {masked(3, MSG_FASTOPEN, 0)});
    filter.add(kAllow, SCMP_SYS(sendmsg), {masked(2, MSG_FASTOPEN, 0)});
  }
}

void allow_memory(Filter& filter) {
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {  // code is loaded by now
    filter.add(kAllow, call, {masked(2, PROT_EXEC, 0)});
    filter.add(kKill, call, {masked(2, PROT_EXEC, PROT_EXEC)});
  }
  // Limits may be looked at, of this process alone, and not set.
  filter.add(kAllow, SCMP_SYS(prlimit64), {is(0, 0), compared(2, SCMP_CMP_EQ, 0)});
}

void allow_descriptors(Filter& filter, const SandboxRules& rules) {
  for (const int command : {F_GETFD, F_SETFD, F_GETFL}) {
    filter.add(kAllow, SCMP_SYS(fcntl), {is(1, static_cast<scmp_datum_t>(command))});
  }
  filter.add(kAllow, SCMP_SYS(fcntl), {is(1, F_SETFL), masked(2, O_NONBLOCK, O_NONBLOCK)});
  if (rules.record_locks) {
    for (const int command : kRecordLockCommands) {
      filter.add(kAllow, SCMP_SYS(fcntl), {is(1, static_cast<scmp_datum_t>(command))});
    }
  }
}

/// To itself, as abort() does.
void allow_own_signals(Filter& filter) {
  const auto self = static_cast<scmp_datum_t>(::getpid());
  filter.add(kAllow, SCMP_SYS(tgkill), {is(0, self)});
  filter.add(kKill, SCMP_SYS(tgkill), {compared(0, SCMP_CMP_NE, self)});
}

void refuse_blocking(Filter& filter) {
  filter.add(kRefuse, SCMP_SYS(fcntl), {is(1, F_SETFL), masked(2, O_NONBLOCK, 0)});
  filter.add(kRefuse, SCMP_SYS(ioctl), {is(1, FIONBIO)});
}

void on_trap(int, siginfo_t* info, void*) {
  char* const name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, info->si_syscall);
  for (const std::string_view part :
       {std::string_view("the sandbox's list lacks the call "),
        std::string_view(name != nullptr ? name : "(unknown)"), std::string_view("\n")}) {
    (void)!::write(STDERR_FILENO, part.data(), part.size());
  }
  ::signal(SIGSYS, SIG_DFL);
  ::raise(SIGSYS);  // once this handler is left
}

void trap() {
  struct sigaction action {};
  action.sa_sigaction = &on_trap;
  action.sa_flags = SA_SIGINFO | SA_RESETHAND;
  ::sigaction(SIGSYS, &action, nullptr);
}

bool has_folder(const SandboxRules& rules, FolderRight::Use use) {
  return std::ranges::find(rules.folders, use, &FolderRight::use) != rules.folders.end();
}

}  // namespace

bool has_seccomp() {
  const std::uint32_t action = SECCOMP_RET_KILL_PROCESS;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

Result<> filter_calls(SandboxPlan::Calls calls, const SandboxRules& rules, Unlisted unlisted) {
  if (calls == SandboxPlan::Calls::all) return {};
  if (calls == SandboxPlan::Calls::descriptors) {
    Filter filter(kAllow);
    refuse_blocking(filter);
    return filter.load();
  }
  if (unlisted == Unlisted::trapped) trap();
  Filter filter(unlisted == Unlisted::trapped ? SCMP_ACT_TRAP : SCMP_ACT_ERRNO(ENOSYS));
  filter.set(SCMP_FLTATR_ACT_BADARCH, kKill);
  filter.set(SCMP_FLTATR_CTL_TSYNC, 1);
  filter.set(SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a binary tree
  filter.add_all(kAllow, kAlways);
  if (!rules.folders.empty()) filter.add_all(kAllow, kOpen);
  if (has_folder(rules, FolderRight::Use::read)) filter.add_all(kAllow, kRead);
  if (has_folder(rules, FolderRight::Use::change)) filter.add_all(kAllow, kChange);
  allow_memory(filter);
  allow_descriptors(filter, rules);
  allow_own_signals(filter);
  allow_network(filter, rules);
  refuse_blocking(filter);
  filter.add_all(kKill, kIntruders);
  return filter.load();
}

std::string seccomp_library_version() {
  const scmp_version* version = seccomp_version();
  return fmt::format("libseccomp {}.{}.{}", version->major, version->minor, version->micro);
}

}  // namespace fanfetch
