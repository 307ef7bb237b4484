#include "tests/support/connection.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace fanfetch::support {
namespace {

constexpr std::size_t kMaxHeadBytes = 1 << 20;
constexpr int kLingerMs = 2000;  // waits so long for the peer's FIN after ours

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string to_lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

/// Removes the beginning of `line` up to and including `mark`, and returns it without the mark.
std::string_view take_until(std::string_view& line, std::string_view mark) {
  const std::size_t end = std::min(line.find(mark), line.size());
  const std::string_view taken = line.substr(0, end);
  line.remove_prefix(std::min(end + mark.size(), line.size()));
  return taken;
}

std::string path_of(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return std::string(target);
  const std::size_t slash = target.find('/', scheme + 3);
  return slash == std::string_view::npos ? "/" : std::string(target.substr(slash));
}

std::optional<Request> parse_head(std::string_view head) {
  Request request;
  std::string_view first = take_until(head, "\r\n");
  request.method = take_until(first, " ");
  request.target = take_until(first, " ");
  const bool is_http2 = request.method == "PRI" && first == "HTTP/2.0";
  if (!first.starts_with("HTTP/1.") && !is_http2) return std::nullopt;
  request.path = path_of(request.target);
  while (!head.empty()) {
    std::string_view line = take_until(head, "\r\n");
    const std::string name = to_lower(take_until(line, ":"));
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    request.headers.emplace_back(name, line);
  }
  const std::string connection = to_lower(request.header("connection").value_or(""));
  request.keep_alive = first == "HTTP/1.1" && connection.find("close") == std::string::npos;
  return request;
}

}  // namespace

std::optional<std::string> Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Gate::Gate() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_.valid()) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void Gate::open() { ::eventfd_write(event_.get(), 1); }

Connection::Connection(UniqueFd socket, int stop_fd, std::uint64_t id)
    : socket_(std::move(socket)), stop_fd_(stop_fd), id_(id) {
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &size) == 0) {
    peer_port_ = ntohs(peer.sin_port);
  }
}

Connection::Woken Connection::wait_for(short events, int gate_fd, int time_ms) {
  pollfd fds[] = {{stop_fd_, POLLIN, 0}, {socket_.get(), events, 0}, {gate_fd, POLLIN, 0}};
  int ready = 0;
  do {
    ready = ::poll(fds, 3, time_ms);
  } while (ready < 0 && errno == EINTR);
  if (fds[0].revents != 0 || !socket_.valid()) return Woken::over;
  if (fds[2].revents != 0) return Woken::gate;
  if ((fds[1].revents & events) != 0) return Woken::socket;
  return fds[1].revents != 0 ? Woken::over : Woken::time;
}

bool Connection::receive() {
  if (wait_for(POLLIN, -1, -1) != Woken::socket) return false;
  char buffer[16384];
  const ssize_t got = ::recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (got <= 0) return false;
  unread_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

std::optional<Request> Connection::read_request() {
  std::size_t end = 0;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
    const bool is_method = unread_.empty() || (unread_[0] >= 'A' && unread_[0] <= 'Z');
    if (!is_method || unread_.size() > kMaxHeadBytes) return std::nullopt;  // TLS, say
    if (!receive()) return std::nullopt;
  }
  auto request = parse_head(std::string_view(unread_).substr(0, end));
  unread_.erase(0, end + 4);
  if (request) {
    request->at = std::chrono::steady_clock::now();
    request->connection = id_;
    if (!request->keep_alive) last_answer_ = true;
  }
  return request;
}

std::string Connection::read_body(std::size_t size) {
  while (unread_.size() < size && receive()) continue;
  std::string body = unread_.substr(0, size);
  unread_.erase(0, size);
  return body;
}

bool Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (wait_for(POLLOUT, -1, -1) != Woken::socket) return false;
    const ssize_t sent =
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Connection::send_last(std::string_view bytes) {
  mark_answered();
  return send(bytes);
}

bool Connection::pause(std::chrono::milliseconds time) {
  if (time.count() == 0) return is_open();
  return wait_for(POLLRDHUP, -1, static_cast<int>(time.count())) == Woken::time;
}

bool Connection::wait(const Gate& gate) {
  return wait_for(POLLRDHUP, gate.fd(), -1) == Woken::gate;
}

void Connection::wait_for_hang_up() { wait_for(POLLRDHUP, -1, -1); }

void Connection::reset() {
  mark_answered();
  const linger at_once{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.reset();
}

void Connection::close() {
  if (!socket_.valid()) return;
  mark_answered();
  ::shutdown(socket_.get(), SHUT_WR);
  char buffer[16384];
  while (wait_for(POLLIN, -1, kLingerMs) == Woken::socket &&
         ::recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT) > 0) {
  }
  socket_.reset();
}

void Connection::mark_answered() {
  if (auto callback = std::exchange(answered_, nullptr)) callback();
}

}  // namespace fanfetch::support
