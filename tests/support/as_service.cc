// Runs a program under what a unit of systemd may forbid by seccomp, as
// SystemCallFilter=, MemoryDenyWriteExecute=, RestrictNamespaces= and RestrictAddressFamilies= do.
// Usage: as_service CALLS PROGRAM [ARGUMENT…]     CALLS: a file with the names of what it may call

#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string>

namespace {

constexpr auto kRefuse = SCMP_ACT_ERRNO(EPERM);

bool allow_only(std::ifstream& calls) {
  const scmp_filter_ctx filter = seccomp_init(kRefuse);
  int known = 0;
  for (std::string name; calls >> name;) {
    const int call = seccomp_syscall_resolve_name(name.c_str());
    if (call != __NR_SCMP_ERROR && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0) ++known;
  }
  return known > 100 && seccomp_load(filter) == 0;
}

bool refuse_more() {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  bool good = true;
  const auto refuse = [&](int call, scmp_arg_cmp compared, std::uint32_t action = kRefuse) {
    good = good && seccomp_rule_add(filter, action, call, 1, compared) == 0;
  };
  constexpr scmp_datum_t kBoth = PROT_WRITE | PROT_EXEC;
  refuse(SCMP_SYS(mmap), SCMP_A2_64(SCMP_CMP_MASKED_EQ, kBoth, kBoth));
  for (const int call : {SCMP_SYS(mprotect), SCMP_SYS(pkey_mprotect)}) {
    refuse(call, SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
  }
  for (const scmp_datum_t space : {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
                                   CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET}) {
    refuse(SCMP_SYS(clone), SCMP_A0_64(SCMP_CMP_MASKED_EQ, space, space));
  }
  good = good && seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
         seccomp_rule_add(filter, kRefuse, SCMP_SYS(unshare), 0) == 0 &&
         seccomp_rule_add(filter, kRefuse, SCMP_SYS(setns), 0) == 0;
  for (const scmp_datum_t family : {AF_NETLINK, AF_PACKET, AF_VSOCK, AF_ALG}) {
    refuse(SCMP_SYS(socket), SCMP_A0_64(SCMP_CMP_EQ, family), SCMP_ACT_ERRNO(EAFNOSUPPORT));
  }
  return good && seccomp_load(filter) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::ifstream calls(argv[1]);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !refuse_more() || !allow_only(calls)) {
    std::perror("as_service: no filter");
    return 2;
  }
  ::execv(argv[2], argv + 2);
  std::perror(argv[2]);
  return 2;
}
