#include "worker/transport/direct/outgoing.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

#include "common/result.h"

namespace fanfetch {
namespace {

using Sent = Outgoing::Sent;
using Status = Outgoing::Status;

/// What is read of a body at once.
constexpr std::size_t kPieceBytes = std::size_t{16} * 1024;

}  // namespace

bool Outgoing::is_sent() const { return sent_ == head_.size() + (body_ ? body_->size : 0); }

Sent Outgoing::send(CurlConnection& connection) {
  while (sent_ < head_.size()) {
    auto moved = connection.send(std::as_bytes(std::span(head_)).subspan(sent_));
    if (moved.status == CurlConnection::Status::later) return {Status::later};
    if (moved.status != CurlConnection::Status::moved) {
      return {Status::broken, std::move(moved.problem)};
    }
    sent_ += moved.bytes;
  }
  return is_sent() ? Sent{} : send_body(connection);
}

Sent Outgoing::send_body(CurlConnection& connection) {
  std::array<std::byte, kPieceBytes> buffer;
  const std::uint64_t end_of_turn = sent_ + kTurnBytes;
  while (!is_sent()) {
    if (sent_ >= end_of_turn) return {Status::later};
    const std::uint64_t offset = sent_ - head_.size();
    const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), body_->size - offset);
    const ssize_t got = ::pread(body_->fd, buffer.data(), wanted, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return {Status::unreadable,
              fmt::format("cannot read what is to be sent: {}", errno_text(errno))};
    }
    if (got == 0) {
      return {Status::unreadable,
              fmt::format("what is to be sent ends at byte {} of {}", offset, body_->size)};
    }
    // What the connection does not take is read again: it is in the page cache.
    auto moved = connection.send(std::span(buffer).first(static_cast<std::size_t>(got)));
    if (moved.status == CurlConnection::Status::later) return {Status::later};
    if (moved.status != CurlConnection::Status::moved) {
      return {Status::broken, std::move(moved.problem)};
    }
    sent_ += moved.bytes;
  }
  return {};
}

}  // namespace fanfetch
