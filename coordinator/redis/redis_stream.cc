#include "coordinator/redis/redis_stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <utility>

#include "common/ip_network.h"
#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

/// Read or handed on at once.
constexpr std::size_t kPiece = 64 * 1024;
/// After these pieces others of the loop have their turn.
constexpr int kPiecesAtOnce = 8;

UniqueFd tcp_socket(int family) {
  UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return fd;
  const auto set = [&](int level, int name, int value) {
    ::setsockopt(fd.get(), level, name, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  // A server that is gone without a word is noticed within a minute, though nothing is sent.
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  return fd;
}

/// 0: connected or on the way; else errno.
int begin_connecting(UniqueFd& fd, const std::string& text, std::uint16_t port) {
  const auto address = parse_ip(text);
  if (!address) return EADDRNOTAVAIL;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  v4.sin_port = v6.sin6_port = htons(port);
  std::copy_n(address->bytes.data(), sizeof v4.sin_addr,
              reinterpret_cast<std::uint8_t*>(&v4.sin_addr));
  std::copy_n(address->bytes.data(), sizeof v6.sin6_addr,
              reinterpret_cast<std::uint8_t*>(&v6.sin6_addr));
  fd = tcp_socket(address->v6 ? AF_INET6 : AF_INET);
  if (!fd.valid()) return errno;
  const auto* name =
      address->v6 ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
  const auto size = static_cast<socklen_t>(address->v6 ? sizeof v6 : sizeof v4);
  return ::connect(fd.get(), name, size) == 0 || errno == EINPROGRESS ? 0 : errno;
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

RedisStream::RedisStream(EventLoop& loop, RedisPeer peer, Handler& handler)
    : loop_(loop), peer_(std::move(peer)), handler_(handler) {}

RedisStream::~RedisStream() { close(); }

void RedisStream::drop_socket() {
  if (!fd_.valid()) return;
  loop_.unwatch(fd_.get());
  fd_.reset();
}

/// The handler is told from a timer: send() or start() of its own may be below us on the stack.
void RedisStream::break_off(RedisTrouble trouble) {
  if (state_ == State::closed) return;
  close();
  break_timer_ = loop_.call_at(loop_.now(), [this, trouble = std::move(trouble)] {
    break_timer_.reset();
    handler_.on_broken(trouble);  // and may destroy this
  });
}

void RedisStream::close() {
  if (state_ == State::open) {
    if (tls_) {
      tls_->close();
      tls_->take_output(wire_);
    }
    // What does not fit is lost, as is all that was not answered.
    if (!wire_.empty()) ::send(fd_.get(), wire_.data(), wire_.size(), MSG_NOSIGNAL);
  }
  state_ = State::closed;
  cancel_timer(loop_, address_timer_);
  cancel_timer(loop_, flush_timer_);
  cancel_timer(loop_, break_timer_);
  drop_socket();
}

// --- Connecting ---

void RedisStream::start() {
  assert(state_ == State::idle && !peer_.addresses.empty());
  state_ = State::connecting;
  connect_next(EADDRNOTAVAIL);
}

void RedisStream::connect_next(int last_error) {
  cancel_timer(loop_, address_timer_);
  drop_socket();
  while (next_address_ < peer_.addresses.size()) {
    const std::string& address = peer_.addresses[next_address_++];
    if (const int error = begin_connecting(fd_, address, peer_.port); error != 0) {
      last_error = error;
      continue;
    }
    const auto watched =
        loop_.try_watch(fd_.get(), EPOLLOUT, [this](std::uint32_t events) { on_event(events); });
    if (!watched) {
      fd_.reset();
      last_error = ENOSPC;  // the user's limit of watches
      continue;
    }
    if (next_address_ < peer_.addresses.size()) {
      address_timer_ = loop_.call_at(loop_.now() + peer_.address_timeout, [this] {
        address_timer_.reset();
        connect_next(ETIMEDOUT);
      });
    }
    return;
  }
  fd_.reset();
  break_off(trouble_of_connecting(last_error, peer_.name));
}

void RedisStream::on_event(std::uint32_t events) {
  if (state_ == State::connecting) return on_connected();
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
  if (fd_.valid() && (events & EPOLLOUT) != 0) flush();
}

void RedisStream::on_connected() {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return connect_next(error);
  cancel_timer(loop_, address_timer_);
  loop_.rewatch(fd_.get(), EPOLLIN);
  if (peer_.tls == nullptr) return become_open();
  state_ = State::shaking_hands;
  tls_.emplace(*peer_.tls, peer_.host);
  take("");
  if (unwritten_) receive();
}

void RedisStream::become_open() {
  state_ = State::open;
  handler_.on_open();
  schedule_flush();
}

// --- Bytes from the server ---

void RedisStream::receive() {
  std::array<char, kPiece> buffer;
  for (int i = 0; fd_.valid() && (i < kPiecesAtOnce || unwritten_); ++i) {
    const ssize_t size = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && would_block(errno)) break;
    if (size < 0) return break_off(trouble_of_end(errno, peer_.name));
    if (size == 0) {
      return break_off(
          state_ == State::shaking_hands
              ? trouble_of_tls("it hangs up in the handshake", peer_.name, RedisRemedy::reconnect)
              : trouble_of_end(0, peer_.name));
    }
    take({buffer.data(), static_cast<std::size_t>(size)});
    if (static_cast<std::size_t>(size) < buffer.size() && !unwritten_) return;
  }
  if (unwritten_ && fd_.valid()) break_off(*unwritten_);
}

/// After its first words, by TLS 1.3 not before, a server has taken us: what is wrong later is
/// damage.
RedisTrouble RedisStream::trouble_of_session(const Error& error) const {
  return trouble_of_tls(error.message, peer_.name,
                        has_heard_ ? RedisRemedy::reconnect : RedisRemedy::give_up);
}

/// What cannot be written ends nothing here: more may be there to be read.
void RedisStream::take(std::string_view bytes) {
  if (!tls_) return handler_.on_bytes(bytes);
  std::string plain;
  const auto received = tls_->receive(bytes, plain);
  tls_->take_output(wire_);
  write();  // of a failure the server is told, too
  if (state_ == State::shaking_hands && tls_->is_open()) become_open();
  if (fd_.valid() && !plain.empty()) {
    has_heard_ = true;
    handler_.on_bytes(plain);
  }
  if (!fd_.valid()) return;
  if (!received) return break_off(trouble_of_session(received.error()));
  if (tls_->has_ended()) break_off(trouble_of_end(0, peer_.name));
}

// --- Bytes to the server ---

void RedisStream::send(std::string_view bytes) {
  if (state_ == State::closed) return;
  output_ += bytes;
  schedule_flush();
}

void RedisStream::schedule_flush() {
  if (flush_timer_ || state_ != State::open || is_writable_watched_) return;
  flush_timer_ = loop_.call_at(loop_.now(), [this] {
    flush_timer_.reset();
    flush();
  });
}

/// What is in wire_ counts as given away.
void RedisStream::refill_wire() {
  const std::size_t piece = std::min(kPiece, output_.size() - output_at_);
  if (state_ != State::open || piece == 0) return;
  const auto plain = std::string_view(output_).substr(output_at_, piece);
  if (!tls_) {
    wire_ += plain;
  } else if (const auto sent = tls_->send(plain); sent) {
    tls_->take_output(wire_);
  } else {
    unwritten_ = trouble_of_session(sent.error());
    return;
  }
  given_away_ += piece;
  output_at_ += piece;
  // Not for each piece: what is left would be moved as often.
  if (output_at_ >= output_.size() - output_at_) {
    output_.erase(0, std::exchange(output_at_, 0));
  }
}

/// Where nothing can be written, its last words may still be there to be read, and say more than
/// EPIPE.
void RedisStream::flush() {
  write();
  if (unwritten_) receive();
}

void RedisStream::write() {
  while (!unwritten_) {
    if (wire_.empty()) refill_wire();
    if (unwritten_ || wire_.empty()) break;
    const ssize_t size = ::send(fd_.get(), wire_.data(), wire_.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && would_block(errno)) break;
    if (size < 0) {
      unwritten_ = trouble_of_end(errno, peer_.name);
    } else {
      wire_.erase(0, static_cast<std::size_t>(size));
    }
  }
  watch_writable(!wire_.empty() && !unwritten_);
}

void RedisStream::watch_writable(bool wanted) {
  if (wanted == std::exchange(is_writable_watched_, wanted)) return;
  loop_.rewatch(fd_.get(), wanted ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

}  // namespace fanfetch
