// A worker that somebody has taken over: it locks itself in as the real one does, and then tries
// what its arguments or its jobs say.
//
//     PROGRAM PID LEVEL PORTS attack NAME [ARGUMENT]
//
// tries one thing and exits with 0 if that worked, or the errno value; kNotLocked: it could not
// lock itself in. Started by a coordinator, it fails each job, but for those whose URL says
//
//     escapes    it executes a program
//     fills      it fills the eventfds first
//
// If its coordinator's environment has FANFETCH_CAPTURED=early, it executes a program as soon as it
// is locked in as a whole.

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <thread>

#include "common/event_loop.h"
#include "common/worker_start.h"
#include "worker/sandbox/worker_sandbox.h"
#include "worker/worker_channel.h"

namespace {

using namespace fanfetch;

constexpr int kNotLocked = 200, kUnknownAttack = 201;

/// As system calls say it: false with errno.
bool opens(const std::string& path, int mode) {
  return UniqueFd(::open(path.c_str(), mode | O_CLOEXEC, 0600)).valid();
}
bool executes() {
  char program[] = "/bin/true";
  char* const arguments[] = {program, nullptr};
  char* const environment[] = {nullptr};
  return ::execve(program, arguments, environment) == 0;
}
bool executes_from_memory() {
  const UniqueFd memory(static_cast<int>(::syscall(SYS_memfd_create, "program", 0)));
  return memory.valid();
}
bool executes_descriptor() {
  char program[] = "true";
  char* const arguments[] = {program, nullptr};
  char* const environment[] = {nullptr};
  return ::syscall(SYS_execveat, AT_FDCWD, "/bin/true", arguments, environment, 0) == 0;
}
bool ends_well(pid_t child) {
  if (child == 0) ::_exit(0);
  return child > 0 && ::waitpid(child, nullptr, 0) == child;
}
bool socket_of(int family, int kind, int protocol = 0) {
  return UniqueFd(::socket(family, kind, protocol)).valid();
}
template <class Value = int>
bool sets_option(int level, int name, const Value& value = 1) {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
  return ::setsockopt(socket.get(), level, name, &value, sizeof value) == 0;
}
sockaddr_in loopback(const std::string& port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port.c_str())));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}
const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}
bool touches_memory(long call, const std::string& address) {
  char byte = 'x';
  iovec own{&byte, 1};
  iovec other{reinterpret_cast<void*>(std::strtoull(address.c_str(), nullptr, 10)), 1};
  return ::syscall(call, ::getppid(), &own, 1, &other, 1, 0) == 1;
}
bool maps_code(int protection) {
  return ::mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}
bool called(long call, long first = 0, long second = 0, long third = 0, long fourth = 0) {
  return ::syscall(call, first, second, third, fourth) >= 0;
}
/// All that a worker does with files and the network.
bool works(const std::string& port) {
  const UniqueFd file(::openat(kPartFolderFd, "a", O_RDWR | O_CREAT | O_TRUNC, 0666));
  char byte = 0;
  const sockaddr_in address = loopback(port);
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return file.valid() && ::write(file.get(), "12", 2) == 2 &&
         ::pread(file.get(), &byte, 1, 1) == 1 && ::ftruncate(file.get(), 1) == 0 &&
         ::renameat(kPartFolderFd, "a", kPartFolderFd, "b") == 0 &&
         ::unlinkat(kPartFolderFd, "b", 0) == 0 &&
         ::connect(socket.get(), generic(address), sizeof address) == 0;
}

using Attack = std::function<bool(const std::string& argument)>;
const std::map<std::string, Attack> kAttacks{
    {"works", works},
    {"reads", [](const auto& path) { return opens(path, O_RDONLY); }},
    {"writes", [](const auto& path) { return opens(path, O_WRONLY | O_CREAT); }},
    {"lists", [](const auto& path) { return opens(path, O_RDONLY | O_DIRECTORY); }},
    {"symlink", [](const auto&) { return ::symlinkat("/etc", kPartFolderFd, "link") == 0; }},
    {"hard link",
     [](const auto&) { return ::linkat(kPartFolderFd, "file", kPartFolderFd, "name", 0) == 0; }},
    {"folder", [](const auto&) { return ::mkdirat(kPartFolderFd, "folder", 0700) == 0; }},
    {"pipe", [](const auto&) { return ::mkfifoat(kPartFolderFd, "fifo", 0600) == 0; }},
    {"leaves",
     [](const auto& path) {
       return ::renameat(kPartFolderFd, "file", AT_FDCWD, path.c_str()) == 0;
     }},
    {"exec", [](const auto&) { return executes(); }},
    {"execveat", [](const auto&) { return executes_descriptor(); }},
    {"memfd", [](const auto&) { return executes_from_memory(); }},
    {"fork", [](const auto&) { return ends_well(::fork()); }},
    {"vfork", [](const auto&) { return ends_well(::vfork()); }},
    {"thread",
     [](const auto&) {
       std::thread([] {}).join();
       return true;
     }},
    {"ptrace", [](const auto&) { return ::ptrace(PTRACE_SEIZE, ::getppid(), 0, 0) == 0; }},
    {"vm write", [](const auto& at) { return touches_memory(SYS_process_vm_writev, at); }},
    {"vm read", [](const auto& at) { return touches_memory(SYS_process_vm_readv, at); }},
    {"kill", [](const auto&) { return ::kill(::getppid(), 0) == 0; }},
    {"tgkill", [](const auto&) { return called(SYS_tgkill, ::getppid(), ::getppid(), 0); }},
    {"pidfd", [](const auto&) { return called(SYS_pidfd_open, ::getppid(), 0); }},
    {"udp", [](const auto&) { return socket_of(AF_INET, SOCK_DGRAM); }},
    {"udp6", [](const auto&) { return socket_of(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC); }},
    {"unix", [](const auto&) { return socket_of(AF_UNIX, SOCK_STREAM); }},
    {"netlink", [](const auto&) { return socket_of(AF_NETLINK, SOCK_RAW); }},
    {"raw", [](const auto&) { return socket_of(AF_INET, SOCK_RAW, IPPROTO_ICMP); }},
    {"packet", [](const auto&) { return socket_of(AF_PACKET, SOCK_RAW); }},
    {"mark",  // for routing and firewalls: root's
     [](const auto&) { return sets_option(SOL_SOCKET, SO_MARK); }},
    {"packet filter",
     [](const auto&) {
       sock_filter all[] = {{BPF_RET | BPF_K, 0, 0, 0xffff}};
       return sets_option(SOL_SOCKET, SO_ATTACH_FILTER, sock_fprog{1, all});
     }},
    {"kernel's TLS",
     [](const auto&) {
       return sets_option(IPPROTO_TCP, TCP_ULP, std::array{'t', 'l', 's', '\0'});
     }},
    {"by a device", [](const auto&) { return sets_option(SOL_SOCKET, SO_BINDTODEVICE, 'l'); }},
    {"no delay", [](const auto&) { return sets_option(IPPROTO_TCP, TCP_NODELAY); }},
    {"bind",
     [](const auto&) {
       const UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
       const sockaddr_in address = loopback("0");
       return ::bind(socket.get(), generic(address), sizeof address) == 0;
     }},
    {"listen",
     [](const auto&) {  // also binds
       const UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
       return ::listen(socket.get(), 1) == 0;
     }},
    {"connect",
     [](const auto& port) {
       const UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
       const sockaddr_in address = loopback(port);
       return ::connect(socket.get(), generic(address), sizeof address) == 0;
     }},
    {"fast open",
     [](const auto& port) {
       const UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
       const sockaddr_in address = loopback(port);
       return ::sendto(socket.get(), "x", 1, MSG_FASTOPEN, generic(address), sizeof address) == 1;
     }},
    {"shrink", [](const auto&) { return ::ftruncate(kRegionFd, 0) == 0; }},
    {"grow", [](const auto&) { return ::ftruncate(kRegionFd, 1 << 30) == 0; }},
    {"unlock", [](const auto&) { return ::flock(kLockFd, LOCK_UN) == 0; }},
    {"blocking", [](const auto&) { return ::fcntl(kCompletedFd, F_SETFL, 0) == 0; }},
    {"ioctl",
     [](const auto&) {
       int off = 0;
       return ::ioctl(kCompletedFd, FIONBIO, &off) == 0;
     }},
    {"io_uring",
     [](const auto&) {
       char room[256] = {};
       return called(SYS_io_uring_setup, 1, reinterpret_cast<long>(room));
     }},
    {"userfaultfd", [](const auto&) { return called(SYS_userfaultfd, 0); }},
    {"bpf",
     [](const auto&) {
       char room[128] = {};
       room[0] = 2;
       room[4] = 4;
       room[8] = 4;
       room[12] = 1;
       return called(SYS_bpf, 0, reinterpret_cast<long>(room), 20);
     }},
    {"keyctl",
     [](const auto&) {
       return called(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1);
     }},
    {"unshare", [](const auto&) { return called(SYS_unshare, 0); }},
    {"mount",
     [](const auto&) { return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0; }},
    {"code", [](const auto&) { return maps_code(PROT_READ | PROT_EXEC); }},
    {"dumpable", [](const auto&) { return ::prctl(PR_SET_DUMPABLE, 1) == 0; }},
    {"uname",
     [](const auto&) {
       utsname name{};
       return ::uname(&name) == 0;
     }},
};

int attack(const std::string& name, const std::string& argument) {
  const auto found = kAttacks.find(name);
  if (found == kAttacks.end()) return kUnknownAttack;
  errno = 0;
  return found->second(argument) ? 0 : errno;
}

void fill(int event) {
  const std::uint64_t most = 0xfffffffffffffffe;
  (void)!::write(event, &most, sizeof most);
}

/// A worker's own environment is empty.
bool is_to_escape_early() {
  std::ifstream file("/proc/" + std::to_string(::getppid()) + "/environ", std::ios::binary);
  const std::string environment{std::istreambuf_iterator<char>(file), {}};
  return environment.find("FANFETCH_CAPTURED=early") != std::string::npos;
}

int serve() {
  auto channel =
      WorkerChannel::attach(UniqueFd(kRegionFd), UniqueFd(kSubmittedFd), UniqueFd(kCompletedFd));
  if (!channel) return 1;
  for (;;) {
    channel->report_protections(protection::kAll);
    channel->beat();
    while (auto taken = channel->take()) {
      const std::string& url = taken->job.url;
      if (url.find("escapes") != std::string::npos) (void)executes();
      if (url.find("fills") != std::string::npos) {
        for (const int event : {kSubmittedFd, kCompletedFd}) fill(event);
      }
      channel->finish(taken->use, {Failed{.error = ErrorClass::http_4xx, .message = "no"}, 1});
    }
    channel->wake_coordinator();
    if (channel->stopping() != Stopping::run) return 0;
    pollfd wait{.fd = channel->submitted_fd(), .events = POLLIN, .revents = 0};
    ::poll(&wait, 1, 500);
    drain_eventfd(channel->submitted_fd());
  }
}

}  // namespace

int main(int argc, char** argv) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string purpose = argc > 4 ? argv[4] : "";
  const bool attacks = purpose == "attack" || purpose == "attack, unlisted calls trapped";
  const auto level = argc > 2 ? sandbox_level(argv[2]) : std::nullopt;
  if (!level) return kNotLocked;
  const bool escapes_early = !attacks && *level == SandboxLevel::full && is_to_escape_early();
  const auto locked = lock_worker(*level, read_ports(argv[3]), kPartFolderFd,
                                  purpose == "attack" ? Unlisted::refused : Unlisted::trapped);
  if (!locked) return kNotLocked;
  if (escapes_early) (void)executes();
  return attacks ? attack(argv[5], argc > 6 ? argv[6] : "") : serve();
}
