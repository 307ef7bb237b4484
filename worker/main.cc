// fanfetch-worker: started by fanfetch, never by hand (common/worker_start.h).

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "common/curl/curl_global.h"
#include "common/worker_start.h"
#include "worker/sandbox/sandbox.h"
#include "worker/store/part_file.h"
#include "worker/worker.h"
#include "worker/worker_channel.h"

namespace fanfetch {
namespace {

constexpr int kCannotStart = 2;

/// Dies with the coordinator, also if that was killed before we came to ask for it.
bool tie_to_parent(const char* parent) {
  return ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && std::to_string(::getppid()) == parent;
}

/// Those that the coordinator held back until we run (common/worker_start.h).
void let_signals_in() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

int run(const char* parent, TlsFiles tls_files) {
  let_signals_in();
  ::prctl(PR_SET_NAME, "fanfetch-worker");
  if (!tie_to_parent(parent)) return kCannotStart;
  auto channel =
      WorkerChannel::attach(UniqueFd(kRegionFd), UniqueFd(kSubmittedFd), UniqueFd(kCompletedFd));
  if (!channel) {
    fmt::print(stderr, "{}\n", channel.error().message);
    return kCannotStart;
  }
  if (const auto locked = keep_descriptors_nonblocking(); !locked) {
    fmt::print(stderr, "{}; a captured worker could stall the run\n", locked.error().message);
  }
  const CurlGlobal curl;
  PartFolder parts{UniqueFd(kPartFolderFd)};
  Worker(std::move(*channel), parts, std::move(tls_files)).run();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace fanfetch

int main(int argc, char** argv) {
  if (argc != 5 || ::fcntl(fanfetch::kRegionFd, F_GETFD) < 0) {
    std::fputs("fanfetch-worker is started by fanfetch; run that instead\n", stderr);
    return fanfetch::kCannotStart;
  }
  try {
    return fanfetch::run(argv[1], {argv[2], argv[3], argv[4]});
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return EXIT_FAILURE;
  }
}
