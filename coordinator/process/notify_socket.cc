#include "coordinator/process/notify_socket.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace fanfetch {
namespace {

std::optional<std::string> take(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  std::string taken = value;
  ::unsetenv(name);
  return taken;
}

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

}  // namespace

NotifySocket NotifySocket::take_from_environment() {
  NotifySocket socket;
  const auto name = take("NOTIFY_SOCKET");
  if (!name || name->size() < 2 || (name->front() != '/' && name->front() != '@') ||
      name->size() >= sizeof socket.address_.sun_path) {
    return socket;
  }
  socket.address_.sun_family = AF_UNIX;
  std::copy(name->begin(), name->end(), socket.address_.sun_path);
  const bool is_abstract = name->front() == '@';
  if (is_abstract) socket.address_.sun_path[0] = '\0';
  // A path has its NUL, an abstract name has none.
  socket.length_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name->size() +
                                          (is_abstract ? 0 : 1));
  socket.fd_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  return socket;
}

bool NotifySocket::send(std::string_view lines) const {
  // By name each time: a manager that was replaced has another socket there.
  const auto* address = reinterpret_cast<const sockaddr*>(&address_);
  ssize_t sent = 0;
  do {
    sent = ::sendto(fd_.get(), lines.data(), lines.size(), MSG_NOSIGNAL, address, length_);
  } while (sent < 0 && errno == EINTR);
  return sent >= 0;
}

std::optional<Duration> take_watchdog_from_environment(pid_t self) {
  const auto microseconds = take("WATCHDOG_USEC");
  const auto pid = take("WATCHDOG_PID");
  if (!microseconds || (pid && number(*pid) != self)) return std::nullopt;
  const auto count = number(*microseconds);
  // What is longer than a year is no watch, and would be too much for Duration.
  constexpr std::int64_t kYear = std::int64_t{365} * 24 * 3600 * 1'000'000;
  if (!count || *count <= 0 || *count > kYear) return std::nullopt;
  return std::chrono::microseconds(*count);
}

}  // namespace fanfetch
