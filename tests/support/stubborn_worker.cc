// A worker that sends heartbeats and answers every job, but ignores the order to stop. The first
// time that a job's URL says `never-ends-at-first` it does not end that job, whichever process it
// is.

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>

#include <csignal>

#include "common/event_loop.h"
#include "common/worker_start.h"
#include "worker/worker_channel.h"

namespace {

/// A file in the part folder outlives the process.
bool is_first_time() {
  const int fd =
      ::openat(fanfetch::kPartFolderFd, "stubborn", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  return fd >= 0;
}

}  // namespace

int main() {
  using namespace fanfetch;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto channel =
      WorkerChannel::attach(UniqueFd(kRegionFd), UniqueFd(kSubmittedFd), UniqueFd(kCompletedFd));
  if (!channel) return 1;
  for (;;) {
    channel->beat();
    while (auto taken = channel->take()) {
      const bool never_ends = taken->job.url.find("never-ends-at-first") != std::string::npos;
      if (never_ends && is_first_time()) continue;
      channel->finish(taken->use, Failed{.error = ErrorClass::http_4xx, .message = "no"}, 1);
    }
    channel->wake_coordinator();
    pollfd wait{.fd = channel->submitted_fd(), .events = POLLIN, .revents = 0};
    ::poll(&wait, 1, 500);
    drain_eventfd(channel->submitted_fd());
  }
}
