#include "tests/support/service_manager.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <sstream>
#include <system_error>

namespace fanfetch::support {

ServiceManager::ServiceManager(const std::string& name)
    : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  name.copy(address.sun_path, sizeof address.sun_path - 1);
  const bool is_abstract = name.front() == '@';
  if (is_abstract) address.sun_path[0] = '\0';
  const auto length = offsetof(sockaddr_un, sun_path) + name.size() + (is_abstract ? 0 : 1);
  if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address),  // NOLINT(*reinterpret-cast)
             static_cast<socklen_t>(length)) != 0) {
    throw std::system_error(errno, std::generic_category(), "bind " + name);
  }
}

std::string ServiceManager::next(std::chrono::milliseconds limit) {
  pollfd readable{.fd = fd_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&readable, 1, static_cast<int>(limit.count())) != 1) return {};
  char bytes[4096];
  const ssize_t size = ::recv(fd_.get(), bytes, sizeof bytes, 0);
  if (size <= 0) return {};
  std::string message(bytes, static_cast<std::size_t>(size));
  std::istringstream stream(message);
  for (std::string line; std::getline(stream, line);) lines_.push_back(line);
  return message;
}

bool ServiceManager::wait_for(std::string_view begin, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const std::size_t before = lines_.size();
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || next(left).empty()) return false;
    if (std::any_of(lines_.begin() + static_cast<std::ptrdiff_t>(before), lines_.end(),
                    [&](const std::string& line) { return line.starts_with(begin); })) {
      return true;
    }
  }
}

const std::vector<std::string>& ServiceManager::lines() {
  while (!next(std::chrono::milliseconds(0)).empty()) {
  }
  return lines_;
}

}  // namespace fanfetch::support
