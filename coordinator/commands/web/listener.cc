#include "coordinator/commands/web/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace fanfetch {
namespace {

/// More than a browser opens at once.
constexpr int kBacklog = 64;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

template <class Address>
SocketAddress packed(const Address& address) {
  SocketAddress socket;
  std::memcpy(&socket.storage, &address, sizeof address);
  socket.size = sizeof address;
  return socket;
}

SocketAddress socket_address(const ListenAddress& address) {
  if (address.is_unix()) {
    sockaddr_un un{.sun_family = AF_UNIX, .sun_path = {}};
    std::memcpy(un.sun_path, address.path.data(), address.path.size());  // it fits: it was parsed
    return packed(un);
  }
  sockaddr_in four{};
  if (::inet_pton(AF_INET, address.ip.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(address.port);
    return packed(four);
  }
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(address.port);
  (void)::inet_pton(AF_INET6, address.ip.c_str(), &six.sin6_addr);
  return packed(six);
}

UniqueFd new_socket(const SocketAddress& at) {
  return UniqueFd(::socket(at.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

/// A socket there at which nobody listens any more.
bool is_left_over(const std::string& path, const SocketAddress& at) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const UniqueFd client = new_socket(at);
  return ::connect(client.get(), at.get(), at.size) != 0 && errno == ECONNREFUSED;
}

/// 0 or an errno value.
int bind_to(int fd, const ListenAddress& address, const SocketAddress& at) {
  if (!address.is_unix()) {
    const int yes = 1;  // not held up by connections of the last dashboard
    (void)::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    return ::bind(fd, at.get(), at.size) == 0 ? 0 : errno;
  }
  (void)::fchmod(fd, 0600);  // the file is made with these rights
  if (::bind(fd, at.get(), at.size) == 0) return 0;
  if (errno != EADDRINUSE || !is_left_over(address.path, at)) return errno;
  (void)::unlink(address.path.c_str());
  return ::bind(fd, at.get(), at.size) == 0 ? 0 : errno;
}

std::uint16_t port_of(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
  // Where both families have it.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  sockaddr_in four{};
  std::memcpy(&four, &storage, sizeof four);
  return ntohs(four.sin_port);
}

tl::unexpected<Error> cannot_listen(const ListenAddress& address, int error) {
  const std::string where = address.is_unix() ? "unix:" + address.path : address.host();
  std::string help;
  if (error == EADDRINUSE) {
    help = address.is_unix() ? "; another dashboard may be there"
                             : "; --listen 127.0.0.1:0 takes a port that is free";
  }
  return fail("cannot listen at {}: {}{}", where, errno_text(error), help);
}

}  // namespace

Result<Listener> Listener::open(const ListenAddress& wanted) {
  ListenAddress address = wanted;
  const SocketAddress at = socket_address(address);
  UniqueFd fd = new_socket(at);
  int error = fd.valid() ? bind_to(fd.get(), address, at) : errno;
  std::optional<FileId> file;
  if (error == 0 && address.is_unix()) file = file_at(address.path);
  if (error == 0 && address.is_unix() && ::chmod(address.path.c_str(), 0600) != 0) error = errno;
  if (error == 0 && ::listen(fd.get(), kBacklog) != 0) error = errno;
  if (error != 0) return cannot_listen(address, error);
  if (!address.is_unix()) address.port = port_of(fd.get());
  return Listener(std::move(fd), std::move(address), file);
}

Listener::~Listener() { remove(); }

void Listener::remove() {
  if (fd_.valid() && file_ && file_at(address_.path) == file_) {
    (void)::unlink(address_.path.c_str());
  }
}

std::optional<Listener::FileId> Listener::file_at(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  return FileId{.device = status.st_dev, .inode = status.st_ino};
}

tl::expected<UniqueFd, int> Listener::accept() const {
  UniqueFd client(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!client.valid()) return tl::unexpected(errno);
  if (!address_.is_unix()) return client;
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool is_known = ::getsockopt(client.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  if (is_known && (peer.uid == ::geteuid() || peer.uid == 0)) return client;
  return tl::unexpected(EACCES);
}

}  // namespace fanfetch
