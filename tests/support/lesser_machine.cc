// Starts a program as if on a machine that lacks something: LACK PROGRAM ARGUMENT…
//
//     landlock    the kernel has no Landlock
//     restrict    it has Landlock, and refuses to lock with it
//
// As if a worker's sandbox forbade what it does, and the coordinator does not:
//     unlink      no file can be removed
//     rename      none can be renamed below a worker's part folder
//     truncate    none can be cut down to nothing
//     epoll       nobody can wait for a single event of an epoll

#include <seccomp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iterator>
#include <string_view>
#include <vector>

#include "common/worker_start.h"

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  struct Lack {
    std::string_view name;
    int call, error;
    std::vector<scmp_arg_cmp> arguments = {};
  };
  const Lack lacks[] = {
      {"landlock", SCMP_SYS(landlock_create_ruleset), ENOSYS},
      {"restrict", SCMP_SYS(landlock_restrict_self), EPERM},
      {"unlink", SCMP_SYS(unlinkat), EPERM},
      {"rename", SCMP_SYS(renameat), EPERM, {SCMP_A0(SCMP_CMP_EQ, fanfetch::kPartFolderFd)}},
      {"truncate", SCMP_SYS(ftruncate), EPERM, {SCMP_A1(SCMP_CMP_EQ, 0)}},
      {"epoll", SCMP_SYS(epoll_wait), EPERM, {SCMP_A2(SCMP_CMP_EQ, 1)}}};
  const auto* const lack = std::find_if(std::begin(lacks), std::end(lacks),
                                        [&](const Lack& one) { return one.name == argv[1]; });
  if (lack == std::end(lacks)) return 2;
  void* const filter = seccomp_init(SCMP_ACT_ALLOW);
  const auto action = SCMP_ACT_ERRNO(static_cast<unsigned>(lack->error));
  if (seccomp_rule_add_array(filter, action, lack->call,
                             static_cast<unsigned>(lack->arguments.size()),
                             lack->arguments.data()) != 0 ||
      seccomp_load(filter) != 0) {
    std::perror("seccomp");
    return 2;
  }
  ::execv(argv[2], argv + 2);
  std::perror(argv[2]);
  return 2;
}
