#include "common/decode/deflate_decoder.h"

namespace fanfetch {
namespace {

/// RFC 1950, 2.2: method 8, a window of at most 32 KiB, and a check.
bool begins_zlib(std::span<const std::byte, 2> first) {
  const auto method = std::to_integer<unsigned>(first[0]);
  const auto flags = std::to_integer<unsigned>(first[1]);
  return (method & 0x0f) == 8 && method >> 4 <= 7 && (method << 8 | flags) % 31 == 0;
}

}  // namespace

Decoder::Result DeflateDecoder::write(std::span<const std::byte> bytes, const Sink& sink) {
  if (inflate_) return run(bytes, sink);
  while (first_bytes_ < first_.size() && !bytes.empty()) {
    first_[first_bytes_++] = bytes.front();
    bytes = bytes.subspan(1);
  }
  if (first_bytes_ < first_.size()) return Result::good;
  inflate_.emplace(begins_zlib(first_) ? Inflate::Format::zlib : Inflate::Format::raw);
  const Result result = run(first_, sink);
  return result == Result::good ? run(bytes, sink) : result;
}

Decoder::Result DeflateDecoder::run(std::span<const std::byte> bytes, const Sink& sink) {
  if (ended_ || bytes.empty()) return Result::good;
  switch (inflate_->run(bytes, sink)) {
    case Inflate::Step::hungry: return Result::good;
    case Inflate::Step::ended: ended_ = true; return Result::good;
    case Inflate::Step::refused: return Result::refused;
    case Inflate::Step::broken: break;
  }
  return Result::broken;
}

}  // namespace fanfetch
