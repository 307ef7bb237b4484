// A worker that sends heartbeats and answers every job, but ignores the order to stop. What the URL
// of a job says, it does the first time that it is told so, whichever process it is:
//
//     never-ends     it does not end that job
//     sleeps         it falls silent for 35 s, in what looks like the sleep that waits for a disk
//     lies           it reports a job that it was not given, and falls silent like that for ever
//     has-a-thread   it starts a thread that waits for ever, which a tracer can hold
//     grows          it takes 64 MiB of memory, and keeps them; and leaves when it is told to
//     breaks         it, and each one that comes later, dies after its first beat
//
// It sleeps as vfork() does: in state D, though SIGKILL still ends it.

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>

#include "common/event_loop.h"
#include "common/worker_start.h"
#include "worker/worker_channel.h"

namespace {

using namespace fanfetch;

/// A file in the part folder outlives the process.
bool is_first_time(const std::string& what) {
  const int fd =
      ::openat(kPartFolderFd, what.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  return fd >= 0;
}

/// Until a child, which shares our memory and dies with us, has slept. The child tells the
/// coordinator what has been done, so that we sleep by then.
void sleep_as_for_a_disk(unsigned seconds, WorkerChannel& channel) {
  const pid_t child = ::vfork();
  if (child != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::usleep(100'000);
  channel.wake_coordinator();
  ::sleep(seconds);
  ::_exit(0);
}

}  // namespace

int main() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::string memory;
  auto channel =
      WorkerChannel::attach(UniqueFd(kRegionFd), UniqueFd(kSubmittedFd), UniqueFd(kCompletedFd));
  if (!channel) return 1;
  for (;;) {
    channel->beat();
    if (::faccessat(kPartFolderFd, "breaks", F_OK, 0) == 0) {
      channel->wake_coordinator();
      return 1;
    }
    while (auto taken = channel->take()) {
      const auto is_told = [&](const std::string& what) {
        return taken->job.url.find(what) != std::string::npos && is_first_time(what);
      };
      if (is_told("breaks")) return 1;
      if (is_told("grows")) memory.assign(std::size_t{64} << 20, 'x');
      if (is_told("never-ends")) continue;
      if (is_told("has-a-thread")) {
        std::thread([] { ::pause(); }).detach();
        continue;
      }
      if (is_told("sleeps")) sleep_as_for_a_disk(35, *channel);
      SlotUse use = taken->use;
      const bool lies = is_told("lies");
      if (lies) ++use.generation;
      channel->finish(use, {Failed{.error = ErrorClass::http_4xx, .message = "no"}, 1});
      while (lies) sleep_as_for_a_disk(3600, *channel);
    }
    if (!memory.empty() && channel->stopping() == Stopping::finish) return 0;
    channel->wake_coordinator();
    pollfd wait{.fd = channel->submitted_fd(), .events = POLLIN, .revents = 0};
    ::poll(&wait, 1, 500);
    drain_eventfd(channel->submitted_fd());
  }
}
