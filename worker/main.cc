// fanfetch-worker: started by fanfetch, never by hand (common/worker_start.h).

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include "common/curl/curl_global.h"
#include "common/sealed_bytes.h"
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

/// What TLS needs, in memory before the worker locks itself in. Nothing is read of it before the
/// first connection with TLS.
struct TlsMemory {
  SealedBytes ca, cert, key;

  [[nodiscard]] TlsBytes bytes() const { return {ca.view(), cert.view(), key.view()}; }
};

/// Empty: there is nothing at that number.
Result<SealedBytes> map_if_open(int number) {
  if (::fcntl(number, F_GETFD) < 0) return SealedBytes();
  const UniqueFd memfd(number);
  return SealedBytes::map(memfd.get());
}

Result<TlsMemory> map_tls() {
  TlsMemory memory;
  for (const auto [bytes, number] : {std::pair{&memory.ca, kCaFd}, std::pair{&memory.cert, kCertFd},
                                     std::pair{&memory.key, kKeyFd}}) {
    auto mapped = map_if_open(number);
    if (!mapped) return tl::unexpected(std::move(mapped.error()));
    *bytes = std::move(*mapped);
  }
  return memory;
}

int run(const char* parent) {
  let_signals_in();
  ::prctl(PR_SET_NAME, "fanfetch-worker");
  if (!tie_to_parent(parent)) return kCannotStart;
  auto channel =
      WorkerChannel::attach(UniqueFd(kRegionFd), UniqueFd(kSubmittedFd), UniqueFd(kCompletedFd));
  if (!channel) {
    fmt::print(stderr, "{}\n", channel.error().message);
    return kCannotStart;
  }
  const auto tls = map_tls();
  if (!tls) {
    fmt::print(stderr, "{}\n", tls.error().message);
    return kCannotStart;
  }
  if (const auto locked = keep_descriptors_nonblocking(); !locked) {
    fmt::print(stderr, "{}; a captured worker could stall the run\n", locked.error().message);
  }
  const CurlGlobal curl;
  PartFolder parts{UniqueFd(kPartFolderFd)};
  Worker(std::move(*channel), parts, tls->bytes()).run();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace fanfetch

int main(int argc, char** argv) {
  if (argc != 2 || ::fcntl(fanfetch::kRegionFd, F_GETFD) < 0) {
    std::fputs("fanfetch-worker is started by fanfetch; run that instead\n", stderr);
    return fanfetch::kCannotStart;
  }
  try {
    return fanfetch::run(argv[1]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return EXIT_FAILURE;
  }
}
