#include "coordinator/commands/web/client_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace fanfetch {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

ClientConnection::ClientConnection(UniqueFd fd)
    : fd_(std::move(fd)),
      request_deadline_(Clock::now() + kRequestPatience),
      waits_since_(Clock::now()) {}

bool ClientConnection::wait_for(short events, Instant deadline) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd wait{.fd = fd_.get(), .events = events, .revents = 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

ssize_t ClientConnection::receive(char* bytes, std::size_t most) {
  most = std::min(most, kMaxHeadBytes + kMaxBodyBytes - received_);
  if (most == 0) return -1;
  for (;;) {
    const ssize_t count = ::recv(fd_.get(), bytes, most, 0);
    if (count >= 0) {
      received_ += static_cast<std::size_t>(count);
      return count;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN || !wait_for(POLLIN, request_deadline_)) return -1;
  }
}

bool ClientConnection::wait_for_head() {
  std::array<char, 4096> buffer;
  while (!end_of_head(input_)) {
    if (input_.size() > kMaxHeadBytes) return false;
    const ssize_t count = receive(buffer.data(), buffer.size());
    if (count <= 0) return false;
    input_.append(buffer.data(), static_cast<std::size_t>(count));
  }
  waits_since_ = Instant::max();
  return true;
}

ssize_t ClientConnection::read(char* bytes, std::size_t most) {
  if (taken_ == input_.size()) return receive(bytes, most);
  const std::size_t count = std::min(most, input_.size() - taken_);
  std::memcpy(bytes, input_.data() + taken_, count);
  taken_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t ClientConnection::write(const char* bytes, std::size_t count) {
  std::size_t sent = 0;
  while (sent < count) {
    const ssize_t now = ::send(fd_.get(), bytes + sent, count - sent, MSG_NOSIGNAL);
    if (now >= 0) {
      sent += static_cast<std::size_t>(now);
    } else if (errno != EINTR &&
               (errno != EAGAIN || !wait_for(POLLOUT, Clock::now() + kAnswerPatience))) {
      return -1;
    }
  }
  return static_cast<ssize_t>(sent);
}

void ClientConnection::close_politely() {
  // A socket that is closed with bytes unread takes back what is still on its way to the client.
  (void)::shutdown(fd_.get(), SHUT_WR);
  waits_since_ = Clock::now();
  std::array<char, 4096> buffer;
  const Instant deadline = Clock::now() + std::chrono::seconds(1);
  std::size_t drained = 0;
  while (drained < kMaxDrainedBytes && wait_for(POLLIN, deadline)) {
    const ssize_t count = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    drained += static_cast<std::size_t>(count);
  }
}

void ClientConnection::cut() const { (void)::shutdown(fd_.get(), SHUT_RDWR); }

}  // namespace fanfetch
