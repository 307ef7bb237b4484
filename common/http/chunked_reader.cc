#include "common/http/chunked_reader.h"

#include <algorithm>

namespace fanfetch {
namespace {

/// A 64-bit size has 16 digits; leading zeros are not counted.
constexpr std::uint32_t kMaxDigits = 16;

/// -1: no hexadecimal digit.
int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::span<const std::byte> ChunkedReader::next(std::span<const std::byte>& bytes) {
  while (!bytes.empty() && state_ == State::reading) {
    if (expects_ == Expects::data) {
      const auto piece = bytes.first(std::min<std::uint64_t>(left_, bytes.size()));
      bytes = bytes.subspan(piece.size());
      left_ -= piece.size();
      if (left_ == 0) expects_ = Expects::data_end;
      return piece;
    }
    take(static_cast<char>(bytes.front()));
    bytes = bytes.subspan(1);
  }
  return {};
}

void ChunkedReader::take(char c) {
  switch (expects_) {
    case Expects::size:
      line_bytes_ = 0;
      digits_ = 0;
      left_ = 0;
      if (hex_value(c) < 0) return fail("a chunk has no size");
      expects_ = Expects::more_size;
      [[fallthrough]];
    case Expects::more_size:
      if (++line_bytes_ > kMaxLineBytes) return fail("a chunk's size line is too long");
      if (const int value = hex_value(c); value >= 0) {
        if (digits_ > 0 || value > 0) ++digits_;
        if (digits_ > kMaxDigits) return fail("a chunk's size has more than 64 bits");
        left_ = left_ << 4 | static_cast<unsigned>(value);
        return;
      }
      return take_size_end(c);
    case Expects::size_blank:
      if (++line_bytes_ > kMaxLineBytes) return fail("a chunk's size line is too long");
      return take_size_end(c);
    case Expects::extension:
      if (++line_bytes_ > kMaxLineBytes) return fail("a chunk's size line is too long");
      if (c == '\r') {
        expects_ = Expects::size_lf;
      } else if (c == '\n') {
        end_size_line();
      }
      return;
    case Expects::size_lf:
      if (c != '\n') return fail("a chunk's size line has a CR without LF");
      return end_size_line();
    case Expects::data: return;  // next() takes these
    case Expects::data_end:
      if (c == '\r') {
        expects_ = Expects::data_lf;
      } else if (c == '\n') {
        expects_ = Expects::size;
      } else {
        fail("a chunk is longer than its size says");
      }
      return;
    case Expects::data_lf:
      if (c != '\n') return fail("a chunk is longer than its size says");
      expects_ = Expects::size;
      return;
    case Expects::trailer:
      if (c == '\r') {
        expects_ = Expects::last_lf;
      } else if (c == '\n') {
        state_ = State::done;
      } else {
        expects_ = Expects::trailer_line;
      }
      break;
    case Expects::trailer_line:
      if (c == '\r') {
        expects_ = Expects::trailer_lf;
      } else if (c == '\n') {
        expects_ = Expects::trailer;
      }
      break;
    case Expects::trailer_lf:
      if (c != '\n') return fail("a trailer has a CR without LF");
      expects_ = Expects::trailer;
      break;
    case Expects::last_lf:
      if (c != '\n') return fail("the last chunk has a CR without LF");
      state_ = State::done;
      return;
  }
  if (++trailer_bytes_ > kMaxTrailerBytes) fail("its trailers are longer than 64 KiB");
}

/// The digits are over.
void ChunkedReader::take_size_end(char c) {
  switch (c) {
    case ' ':
    case '\t': expects_ = Expects::size_blank; return;
    case ';': expects_ = Expects::extension; return;
    case '\r': expects_ = Expects::size_lf; return;
    case '\n': return end_size_line();
    default: return fail("a chunk's size is no hexadecimal number");
  }
}

void ChunkedReader::end_size_line() { expects_ = left_ > 0 ? Expects::data : Expects::trailer; }

void ChunkedReader::fail(std::string_view problem) {
  state_ = State::broken;
  problem_ = problem;
}

}  // namespace fanfetch
