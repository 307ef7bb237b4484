#include "worker/transport/direct/direct_exchange.h"

#include <sys/epoll.h>

#include <utility>

#include "common/way.h"
#include "worker/transport/connection_key.h"
#include "worker/transport/direct/direct_transport.h"

namespace fanfetch {
namespace {

/// Of a body that nobody wants: it is read to keep the connection, as far as it is there already.
constexpr std::size_t kUnwantedBytes = 64 * 1024;

}  // namespace

DirectExchange::DirectExchange(DirectTransport& transport, const Job& job,
                               const HttpRequest& request, Repeat repeat, ResponseTaker& taker)
    : transport_(transport),
      job_(job),
      taker_(taker),
      request_(write_on_way(request, job.proxy), request.body),
      key_(connection_key(job)),
      repeat_(repeat) {}

DirectExchange::~DirectExchange() { transport_.forget(*this); }

const ResponseHead& DirectExchange::head() const {
  static const ResponseHead none;
  return reader_.has_head() ? reader_.head() : none;
}

// --- The connection ---

void DirectExchange::begin() {
  if (repeat_ == Repeat::once) {
    if (auto connection = transport_.pool_.take(key_, job_.addresses)) {
      reused_ = true;
      return use(std::move(connection));
    }
  }
  connect();
}

void DirectExchange::connect() {
  state_ = State::connecting;
  reused_ = false;
  connecting_ = transport_.connector_.connect(job_, key_, *this);
}

void DirectExchange::on_connected(std::unique_ptr<Connection> connection, const Timings& took) {
  connecting_.reset();
  add(timings_, took);
  use(std::move(connection));
}

void DirectExchange::on_not_connected(ExchangeEnd end, const Timings& took) {
  connecting_.reset();
  add(timings_, took);
  end.connected = false;
  this->end(std::move(end));
}

void DirectExchange::use(std::unique_ptr<Connection> connection) {
  connection_ = std::move(connection);
  connection_->set_user(*this);
  state_ = State::responding;
  reader_ = ResponseReader();
  request_.restart();
  peer_is_gone_ = false;
  requested_at_ = transport_.loop_.now();
  taker_.on_request();
  send();
}

/// False: it may not be repeated.
bool DirectExchange::repeat() {
  if (!reused_ || reader_.has_head() || repeat_ == Repeat::never) return false;
  repeat_ = Repeat::never;
  connection_.reset();
  connect();
  return true;
}

// --- Both ways ---

void DirectExchange::on_ready(Connection&, std::uint32_t events) noexcept {
  peer_is_gone_ |= (events & EPOLLRDHUP) != 0;
  if ((events & EPOLLOUT) != 0) send();
  if (state_ == State::responding && (events & ~std::uint32_t{EPOLLOUT}) != 0) receive();
}

void DirectExchange::send() {
  auto sent = request_.send(connection_->bytes());
  switch (sent.status) {
    case Outgoing::Status::sent:
    case Outgoing::Status::later: break;
    case Outgoing::Status::unreadable:
      return end({.cause = EndCause::request_body, .text = std::move(sent.problem)});
    case Outgoing::Status::broken:
      receive();  // a server may respond, and close, before it has read all
      if (state_ == State::responding) on_broken(sent.problem);
      return;
  }
  const auto interest = sent.status == Outgoing::Status::later
                            ? Connection::Interest::read_and_write
                            : Connection::Interest::read;
  if (!connection_->watch(interest)) on_broken("the kernel cannot watch one more connection");
}

void DirectExchange::receive() {
  for (std::size_t received = 0; state_ == State::responding;) {
    if (!is_wanted_ && received >= kUnwantedBytes) return end({});
    if (received >= Outgoing::kTurnBytes) {
      if (connection_->bytes().is_tls()) transport_.call_again(*this);
      return;
    }
    const auto buffer = transport_.buffer();
    const auto moved = connection_->bytes().receive(buffer);
    switch (moved.status) {
      case CurlConnection::Status::later: return is_wanted_ ? void() : end({});
      case CurlConnection::Status::closed: return on_closed();
      case CurlConnection::Status::broken: return on_broken(moved.problem);
      case CurlConnection::Status::moved: break;
    }
    received += moved.bytes;
    // A connection that is found dead has brought nothing: this is the only response.
    if (!timings_.first_byte) {
      timings_.first_byte = std::chrono::duration_cast<std::chrono::milliseconds>(
          transport_.loop_.now() - requested_at_);
    }
    take(buffer.first(moved.bytes));
    // The socket is empty; should more have come meanwhile, the loop says so.
    if (state_ == State::responding && is_wanted_ && moved.bytes < buffer.size() &&
        !connection_->bytes().is_tls()) {
      return;
    }
  }
}

// --- The response ---

/// Ends the exchange, or holds it, or leaves it waiting for more. `bytes` are used up then.
void DirectExchange::take(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto before = reader_.state();
    const auto piece = reader_.next(bytes);
    // Also where the head does not say where the body ends: what nobody wants does not matter.
    if (before == ResponseReader::State::head && reader_.has_head()) {
      is_wanted_ = taker_.on_head(reader_.head());
    }
    if (!piece.empty() && is_wanted_ && !hand_over(piece, bytes)) return;
    if (reader_.state() == ResponseReader::State::done ||
        reader_.state() == ResponseReader::State::broken) {
      break;
    }
  }
  if (reader_.state() == ResponseReader::State::done) {
    // Bytes behind it may be the beginning of anything.
    if (reader_.keeps_connection() && bytes.empty()) keep_connection();
    end({.length_verified = reader_.length_verified()});
  } else if (reader_.state() == ResponseReader::State::broken) {
    on_bad_response();
  }
}

/// False: the exchange ends, or is held.
bool DirectExchange::hand_over(std::span<const std::byte> piece, std::span<const std::byte> rest) {
  switch (taker_.on_body(piece)) {
    case Taken::all: return true;
    case Taken::later: hold(piece, rest); return false;
    case Taken::no_more: end({.cause = EndCause::stopped}); return false;
  }
  return false;
}

void DirectExchange::hold(std::span<const std::byte> piece, std::span<const std::byte> rest) {
  // Both may lie in held_.
  std::vector<std::byte> kept(piece.begin(), piece.end());
  kept.insert(kept.end(), rest.begin(), rest.end());
  held_piece_ = piece.size();
  held_ = std::move(kept);
  state_ = State::held;
  connection_->pause();
}

void DirectExchange::resume() {
  if (state_ != State::held) return;
  state_ = State::responding;
  const std::vector<std::byte> held = std::exchange(held_, {});
  const auto piece = std::span(held).first(held_piece_);
  const auto rest = std::span(held).subspan(held_piece_);
  if (!hand_over(piece, rest)) return;
  take(rest);
  if (state_ != State::responding) return;
  send();  // if some of the request is left; watches the connection again
  if (state_ == State::responding && connection_->bytes().is_tls()) transport_.call_again(*this);
}

// --- The end ---

void DirectExchange::on_closed() {
  peer_is_gone_ = true;
  if (!is_wanted_) return end({});
  reader_.end_of_connection();
  if (reader_.state() != ResponseReader::State::done) return on_bad_response();
  end({.close_unproved = !connection_->bytes().close_is_proved()});
}

/// The reader has found something that is no response.
void DirectExchange::on_bad_response() {
  if (!is_wanted_) return end({});
  if (repeat()) return;
  end(end_of_bad_response(reader_));
}

void DirectExchange::on_broken(std::string_view problem) {
  if (!is_wanted_) return end({});
  if (!repeat()) end(end_of_broken_connection(reader_, problem));
}

void DirectExchange::keep_connection() {
  if (peer_is_gone_ || !request_.is_sent()) return;
  transport_.pool_.put(std::move(connection_));
}

void DirectExchange::end(ExchangeEnd end) {
  state_ = State::ended;
  connection_.reset();
  transport_.end(*this, std::move(end));
}

}  // namespace fanfetch
