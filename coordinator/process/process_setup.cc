#include "coordinator/process/process_setup.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "coordinator/process/signals.h"

namespace fanfetch {

void put_process_in_order() {
  // A closed stdin, stdout or stderr would be the next descriptor that anything opens. What stands
  // in for it fails as the closed one would: stdin cannot be read, the others cannot be written.
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    (void)::open("/dev/null",
                 fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // the lowest free number: fd
  }
  ::signal(SIGPIPE, SIG_IGN);  // a broken pipe is an error of one write,
  ::signal(SIGXFSZ, SIG_IGN);  // and so is a file that grows over its limit
  Signals::hold_back_usr1();
  ::signal(SIGCHLD, SIG_DFL);  // ignored, it would hide how a worker died
  // The client ID, passwords and headers are in our memory; the workers inherit it.
  // The process stays dumpable: /proc/PID must be its user's, which tells others whose run holds a
  // folder, and who has a run may look at it with lsof, ss and strace. Workers are not.
  // Unlike 0, 1 holds for cores that are piped to a program, too (core(5)); a file has no room.
  const rlimit one{1, 1}, none{};
  if (::setrlimit(RLIMIT_CORE, &one) != 0) ::setrlimit(RLIMIT_CORE, &none);
  // Each transfer takes two descriptors, and idle connections one.
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);  // the workers inherit it
  }
}

}  // namespace fanfetch
