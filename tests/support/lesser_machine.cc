// Starts a program as if on a machine that lacks something: LACK PROGRAM ARGUMENT…
//
//     landlock    the kernel has no Landlock
//     unlink      no file can be removed, as if a sandbox forbade it

#include <seccomp.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const bool landlock = std::string_view(argv[1]) == "landlock";
  void* const filter = seccomp_init(SCMP_ACT_ALLOW);
  const int call = landlock ? SCMP_SYS(landlock_create_ruleset) : SCMP_SYS(unlinkat);
  if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(landlock ? ENOSYS : EPERM), call, 0) != 0 ||
      seccomp_load(filter) != 0) {
    std::perror("seccomp");
    return 2;
  }
  ::execv(argv[2], argv + 2);
  std::perror(argv[2]);
  return 2;
}
