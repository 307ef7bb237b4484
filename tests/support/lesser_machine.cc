// Starts a program as if on a machine that lacks something: LACK PROGRAM ARGUMENT…
//
//     landlock    the kernel has no Landlock
//     restrict    it has Landlock, and refuses to lock with it
//     unlink      no file can be removed, as if a sandbox forbade it

#include <seccomp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iterator>
#include <string_view>

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  struct Lack {
    std::string_view name;
    int call, error;
  };
  const Lack lacks[] = {{"landlock", SCMP_SYS(landlock_create_ruleset), ENOSYS},
                        {"restrict", SCMP_SYS(landlock_restrict_self), EPERM},
                        {"unlink", SCMP_SYS(unlinkat), EPERM}};
  const auto* const lack = std::find_if(std::begin(lacks), std::end(lacks),
                                        [&](const Lack& one) { return one.name == argv[1]; });
  if (lack == std::end(lacks)) return 2;
  void* const filter = seccomp_init(SCMP_ACT_ALLOW);
  const auto action = SCMP_ACT_ERRNO(static_cast<unsigned>(lack->error));
  if (seccomp_rule_add(filter, action, lack->call, 0) != 0 || seccomp_load(filter) != 0) {
    std::perror("seccomp");
    return 2;
  }
  ::execv(argv[2], argv + 2);
  std::perror(argv[2]);
  return 2;
}
