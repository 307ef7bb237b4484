#include "coordinator/control/socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace fanfetch {
namespace {

constexpr const char* kName = "control";
/// Of connections that wait to be accepted: one more would find the run silent.
constexpr int kBacklog = 512;
/// For so long a client waits to be let into that queue.
constexpr timeval kConnectWait{.tv_sec = 1, .tv_usec = 0};

UniqueFd open_folder(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/// A path of a socket has some 100 bytes: the folder, however deep it lies, is named by its
/// descriptor. Lives as long as that is open.
sockaddr_un address(int folder, const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = fmt::format("/proc/self/fd/{}/{}", folder, name);
  if (path.size() < sizeof address.sun_path) {
    std::memcpy(address.sun_path, path.data(), path.size());
  }
  return address;
}

/// Of the socket in a runtime folder. Empty: the folder cannot be looked at.
std::string name_of(int folder) {
  struct stat status {};
  if (::fstat(folder, &status) != 0) return "";
  return fmt::format("fanfetch-{:x}-{:x}.control", status.st_dev, status.st_ino);
}

std::string runtime_folder(uid_t user) { return fmt::format("/run/user/{}", user); }

/// A runtime folder is its user's alone: in one that is open to others, another user's socket could
/// wait in place of ours.
bool is_private(int folder) {
  struct stat status {};
  return ::fstat(folder, &status) == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::vector<std::string> runtime_folders(const std::vector<uid_t>& users) {
  std::vector<std::string> folders;
  if (const char* given = std::getenv("XDG_RUNTIME_DIR"); given != nullptr && *given == '/') {
    folders.emplace_back(given);
  }
  for (const uid_t user : users) folders.push_back(runtime_folder(user));
  return folders;
}

UniqueFd new_socket() {
  return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

/// 0 or an errno value.
int listen_at(UniqueFd& listener, int folder, const std::string& name) {
  listener = new_socket();
  if (!listener.valid()) return errno;
  (void)::unlinkat(folder, name.c_str(), 0);
  const sockaddr_un at = address(folder, name);
  (void)::fchmod(listener.get(), 0600);  // the file is made with these rights, if not
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) return errno;
  // With fewer by the umask. Who owns the folder may put a link to another file in its place.
  if (::fchmodat(folder, name.c_str(), 0600, AT_SYMLINK_NOFOLLOW) != 0) return errno;
  return ::listen(listener.get(), kBacklog) == 0 ? 0 : errno;
}

/// 0 or an errno value.
int connect_at(UniqueFd& client, int folder, const std::string& name) {
  client = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!client.valid()) return errno;
  (void)::setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &kConnectWait, sizeof kConnectWait);
  const sockaddr_un at = address(folder, name);
  return ::connect(client.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 ? 0
                                                                                         : errno;
}

}  // namespace

Result<ControlSocket> ControlSocket::open(int own, int state) {
  UniqueFd listener;
  UniqueFd place(::openat(state, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const int error = place.valid() ? listen_at(listener, place.get(), kName) : errno;
  if (error == 0) return ControlSocket(std::move(listener), std::move(place), kName);
  const std::string name = name_of(own);
  for (const std::string& path : runtime_folders({::geteuid()})) {
    UniqueFd other = open_folder(path);
    if (name.empty() || !other.valid() || !is_private(other.get())) continue;
    if (listen_at(listener, other.get(), name) == 0) {
      return ControlSocket(std::move(listener), std::move(other), name);
    }
  }
  return fail("its folder holds no socket ({}), nor does $XDG_RUNTIME_DIR or {}", errno_text(error),
              runtime_folder(::geteuid()));
}

ControlSocket::~ControlSocket() {
  if (place_.valid()) (void)::unlinkat(place_.get(), name_.c_str(), 0);
}

tl::expected<UniqueFd, int> connect_to_control(const RunFolder& names,
                                               const std::vector<uid_t>& users) {
  UniqueFd client;
  const UniqueFd own = open_folder(names.own_path());
  if (!own.valid()) return tl::unexpected(errno);
  const UniqueFd state = open_folder(names.state_path());
  const int error = state.valid() ? connect_at(client, state.get(), kName) : errno;
  if (error == 0) return client;
  for (const std::string& path : runtime_folders(users)) {
    const UniqueFd other = open_folder(path);
    if (!other.valid() || !is_private(other.get())) continue;
    if (connect_at(client, other.get(), name_of(own.get())) == 0) return client;
  }
  return tl::unexpected(error);
}

}  // namespace fanfetch
