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
#include <vector>

#include "common/curl/curl_global.h"
#include "common/sealed_bytes.h"
#include "common/worker_start.h"
#include "worker/sandbox/worker_sandbox.h"
#include "worker/store/part_file.h"
#include "worker/worker.h"
#include "worker/worker_channel.h"

namespace fanfetch {
namespace {

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
  for (const auto& [bytes, number] :
       {std::pair{&memory.ca, kCaFd}, std::pair{&memory.cert, kCertFd},
        std::pair{&memory.key, kKeyFd}}) {
    auto mapped = map_if_open(number);
    if (!mapped) return tl::unexpected(std::move(mapped.error()));
    *bytes = std::move(*mapped);
  }
  return memory;
}

/// What the coordinator asks for, the level by name.
struct SandboxOrder {
  SandboxLevel level = SandboxLevel::full;
  std::vector<std::uint16_t> ports;
};

/// Nothing of what follows is undone. Returns whether the worker can work so.
bool lock(const SandboxOrder& order, WorkerChannel& channel) {
  const auto reached = lock_worker(order.level, order.ports, kPartFolderFd);
  if (!reached) {
    fmt::print(stderr, "{}\n", reached.error().message);
    return false;
  }
  // At the lowest level it is not the sandbox that keeps it from working.
  if (order.level > SandboxLevel::descriptors) {
    if (const auto tested = test_sandbox(kPartFolderFd); !tested) {
      fmt::print(stderr, "{}\n", tested.error().message);
      return false;
    }
  }
  channel.report_protections(*reached);
  return true;
}

int run(const char* parent, const SandboxOrder& order) {
  let_signals_in();
  close_from(kKeyFd + 1);
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
  // Everything that is read from files, or set up by libraries, is in memory from here on.
  const CurlGlobal curl;
  PartFolder parts{UniqueFd(kPartFolderFd)};
  Worker worker(std::move(*channel), parts, tls->bytes());
  // Point of no return: no other file, no program, no other kind of socket from here on.
  if (!lock(order, worker.channel())) return kCannotWorkLockedIn;
  worker.run();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace fanfetch

int main(int argc, char** argv) {
  if (argc != 4 || ::fcntl(fanfetch::kRegionFd, F_GETFD) < 0) {
    std::fputs("fanfetch-worker is started by fanfetch; run that instead\n", stderr);
    return fanfetch::kCannotStart;
  }
  try {
    const auto level = fanfetch::sandbox_level(argv[2]);
    return fanfetch::run(
        argv[1], {level.value_or(fanfetch::SandboxLevel::full), fanfetch::read_ports(argv[3])});
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return EXIT_FAILURE;
  }
}
