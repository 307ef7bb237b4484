#include "common/crash_point.h"

#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <new>
#include <string>

namespace fanfetch {
namespace {

struct Target {
  std::string point;
  unsigned at = 1;  ///< At which of the times that it is reached.
  /// Of a worker: set, it has all of the run killed. Its sandbox lets it kill nobody by itself.
  std::atomic<std::uint32_t>* killer = nullptr;
};

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// A worker's environment is empty, and a coordinator's has at least what it is told here.
bool is_worker() { return environ[0] == nullptr; }

/// FANFETCH_CRASH_AT of this process or, in a worker, of its parent.
Target read_target() {
  Target target;
  const std::string owner = is_worker() ? std::to_string(::getppid()) : "self";
  const std::string environment = '\0' + read_all("/proc/" + owner + "/environ");
  static constexpr std::string_view kName = "FANFETCH_CRASH_AT=";
  const auto start = environment.find('\0' + std::string(kName));
  if (start == std::string::npos) return target;
  const std::string value = environment.c_str() + start + 1 + kName.size();
  const auto colon = value.find(':');
  target.point = value.substr(0, colon);
  if (colon != std::string::npos) {
    std::from_chars(value.data() + colon + 1, value.data() + value.size(), target.at);
  }
  return target;
}

/// Waits for the order, or for the worker's end, which no signal tells: Landlock's scope keeps
/// those of a locked process, PR_SET_PDEATHSIG's among them, from one that was there before.
bool is_told(std::atomic<std::uint32_t>& order, pid_t worker) {
  constexpr timespec kShort{.tv_sec = 0, .tv_nsec = 20'000'000};
  while (order == 0) {
    if (::getppid() != worker) return false;
    ::syscall(SYS_futex, &order, FUTEX_WAIT, 0, &kShort, nullptr, 0);
  }
  return true;
}

/// A process that ends with this one, and kills it and its coordinator once it is told to.
std::atomic<std::uint32_t>* start_killer() {
  void* const shared = ::mmap(nullptr, sizeof(std::atomic<std::uint32_t>), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) ::abort();
  auto* const order = new (shared) std::atomic<std::uint32_t>(0);
  const pid_t worker = ::getpid(), coordinator = ::getppid();
  if (::fork() != 0) return order;
  ::syscall(SYS_close_range, 0, ~0u, 0);  // the run's lock among them
  if (!is_told(*order, worker)) ::_exit(0);
  ::kill(coordinator, SIGKILL);
  ::kill(worker, SIGKILL);
  ::_exit(0);
}

/// Before main(): a worker can read nothing later.
const Target kTarget = [] {
  Target target = read_target();
  if (is_worker() && !target.point.empty()) target.killer = start_killer();
  return target;
}();

}  // namespace

/// Kills the whole run: a worker kills its coordinator too.
void crash_point(std::string_view point) {
  static std::atomic<unsigned> reached{0};
  if (point != kTarget.point || ++reached != kTarget.at) return;
  // To itself, which every sandbox allows.
  if (kTarget.killer == nullptr) ::raise(SIGKILL);
  *kTarget.killer = 1;
  ::syscall(SYS_futex, kTarget.killer, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  for (;;) ::poll(nullptr, 0, -1);
}

}  // namespace fanfetch
