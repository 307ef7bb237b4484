// A worker that sends heartbeats and answers every job, but ignores the order to stop.

#include <poll.h>
#include <sys/prctl.h>

#include <csignal>

#include "common/event_loop.h"
#include "common/worker_start.h"
#include "worker/worker_channel.h"

int main() {
  using namespace fanfetch;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto channel =
      WorkerChannel::attach(UniqueFd(kRegionFd), UniqueFd(kSubmittedFd), UniqueFd(kCompletedFd));
  if (!channel) return 1;
  for (;;) {
    channel->beat();
    while (auto taken = channel->take()) {
      channel->finish(taken->use, Failed{.error = ErrorClass::http_4xx, .message = "no"});
    }
    channel->wake_coordinator();
    pollfd wait{.fd = channel->submitted_fd(), .events = POLLIN, .revents = 0};
    ::poll(&wait, 1, 500);
    drain_eventfd(channel->submitted_fd());
  }
}
