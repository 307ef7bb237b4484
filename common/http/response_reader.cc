#include "common/http/response_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/human_text.h"

namespace fanfetch {

std::span<const std::byte> ResponseReader::next(std::span<const std::byte>& bytes) {
  if (state_ == State::head) {
    head_reader_.take(bytes);
    if (head_reader_.state() == HeadReader::State::done) begin_body();
    if (head_reader_.state() == HeadReader::State::broken) {
      fail(Problem::protocol, head_reader_.problem());
    }
    return {};
  }
  if (state_ != State::body || bytes.empty()) return {};
  std::span<const std::byte> piece;
  switch (framing_.kind) {
    case Framing::Kind::length: piece = take_of_length(bytes); break;
    case Framing::Kind::chunked: piece = take_chunks(bytes); break;
    default: piece = std::exchange(bytes, {}); break;  // until close
  }
  body_bytes_ += piece.size();
  if (framing_.kind == Framing::Kind::length && body_bytes_ == framing_.length)
    state_ = State::done;
  return piece;
}

void ResponseReader::begin_body() {
  framing_ = framing_of(head_reader_.head());
  state_ = State::body;
  switch (framing_.kind) {
    case Framing::Kind::none: state_ = State::done; break;
    case Framing::Kind::length:
      head_reader_.head().set_body_length(framing_.length);
      if (framing_.length == 0) state_ = State::done;
      break;
    case Framing::Kind::chunked:
    case Framing::Kind::until_close: break;
    case Framing::Kind::too_large:
      fail(Problem::too_large, "its length is 2^63 bytes or more");
      break;
    case Framing::Kind::broken: fail(Problem::protocol, framing_.problem); break;
  }
}

std::span<const std::byte> ResponseReader::take_of_length(std::span<const std::byte>& bytes) {
  const std::uint64_t left = framing_.length - body_bytes_;
  const auto piece = bytes.first(std::min<std::uint64_t>(left, bytes.size()));
  bytes = bytes.subspan(piece.size());
  return piece;
}

std::span<const std::byte> ResponseReader::take_chunks(std::span<const std::byte>& bytes) {
  const auto piece = chunks_.next(bytes);
  if (chunks_.state() == ChunkedReader::State::done) state_ = State::done;
  if (chunks_.state() == ChunkedReader::State::broken) {
    fail(Problem::protocol, std::string(chunks_.problem()));
  }
  return piece;
}

void ResponseReader::end_of_connection() {
  if (state_ == State::head) {
    if (head_reader_.is_untouched()) {
      fail(Problem::no_response, "the server closed the connection without a response");
    } else {
      fail(Problem::truncated, "it ends inside its head");
    }
  } else if (state_ == State::body) {
    switch (framing_.kind) {
      case Framing::Kind::until_close: state_ = State::done; break;
      case Framing::Kind::length:
        fail(Problem::truncated, "it ends after " + human_part(body_bytes_, framing_.length));
        break;
      default: fail(Problem::truncated, "it ends before its last chunk"); break;
    }
  }
}

void ResponseReader::fail(Problem problem, std::string text) {
  state_ = State::broken;
  problem_ = problem;
  problem_text_ = std::move(text);
}

// --- How an exchange ends ---

ExchangeEnd end_of_bad_response(const ResponseReader& reader) {
  ExchangeEnd end{.text = reader.problem_text()};
  switch (reader.problem()) {
    case ResponseReader::Problem::no_response: end.cause = EndCause::no_response; break;
    case ResponseReader::Problem::truncated: end.cause = EndCause::cut_short; break;
    case ResponseReader::Problem::too_large: end.cause = EndCause::too_large; break;
    default: end.cause = reader.is_framed() ? EndCause::cut_short : EndCause::protocol; break;
  }
  return end;
}

ExchangeEnd end_of_broken_connection(const ResponseReader& reader, std::string_view problem) {
  return {.cause = reader.has_bytes() ? EndCause::cut_short : EndCause::connection_lost,
          .text = fmt::format("the connection broke: {}", problem)};
}

}  // namespace fanfetch
