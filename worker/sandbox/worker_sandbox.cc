#include "worker/sandbox/worker_sandbox.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string>
#include <utility>

#include "common/part_name.h"
#include "common/unique_fd.h"

namespace fanfetch {
namespace {

/// What sandboxes say.
bool is_refusal(int error) { return error == EACCES || error == EPERM || error == ENOSYS; }

Result<> judge(bool worked, const char* what) {
  if (worked || !is_refusal(errno)) return {};
  return fail("inside its sandbox the worker cannot {}: {}", what, errno_text(errno));
}

Result<> try_to_wait_for(int socket) {
  const UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (auto good = judge(epoll.valid(), "make an epoll"); !good || !epoll.valid()) return good;
  epoll_event event{.events = EPOLLIN, .data = {.fd = socket}};
  const bool added = ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, socket, &event) == 0;
  if (auto good = judge(added, "add to an epoll"); !good) return good;
  return judge(::epoll_wait(epoll.get(), &event, 1, 0) >= 0, "wait for a socket");
}

Result<> try_to_change(int file, int folder, const std::string& name) {
  if (auto good = judge(::write(file, "x", 1) == 1, "write to a file"); !good) return good;
  if (auto good = judge(::ftruncate(file, 0) == 0, "cut a file"); !good) return good;
  // To its own name, which is asked for like any other: nothing more can be left behind.
  return judge(::renameat(folder, name.c_str(), folder, name.c_str()) == 0, "rename a file");
}

}  // namespace

Result<Protections> lock_worker(SandboxLevel level, std::vector<std::uint16_t> ports,
                                int part_folder, Unlisted unlisted) {
  return lock_in({.folders = {{part_folder, FolderRight::Use::change}},
                  .network = Network::tcp,
                  .ports = std::move(ports)},
                 level, unlisted);
}

Result<> test_sandbox(int part_folder) {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
  if (auto good = judge(socket.valid(), "make a socket"); !good) return good;
  if (socket.valid()) {
    if (auto good = try_to_wait_for(socket.get()); !good) return good;
  }
  // No part has such a name, and no two workers have the same at a time. What lies there is a dead
  // one's: left behind, or planted for us to fail over.
  const std::string name = std::to_string(::getpid()) + std::string(kSelfTestSuffix);
  (void)::unlinkat(part_folder, name.c_str(), 0);
  const UniqueFd file(::openat(part_folder, name.c_str(),
                               O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (auto good = judge(file.valid(), "make a file"); !good || !file.valid()) return good;
  const Result<> changed = try_to_change(file.get(), part_folder, name);
  auto removed = judge(::unlinkat(part_folder, name.c_str(), 0) == 0, "remove a file");
  return changed ? removed : changed;
}

std::vector<std::uint16_t> read_ports(std::string_view text) {
  std::vector<std::uint16_t> ports;
  while (!text.empty()) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error == std::errc() && port != 0) ports.push_back(port);
    text.remove_prefix(
        std::min(text.find(',', static_cast<std::size_t>(end - text.data())), text.size()));
    if (!text.empty()) text.remove_prefix(1);
  }
  return ports;
}

}  // namespace fanfetch
