#include "common/decode/gzip_decoder.h"

namespace fanfetch {
namespace {

constexpr std::byte kFirstByte{0x1f};
constexpr std::uint64_t kMagicBytes = 2;

}  // namespace

Decoder::Result GzipDecoder::write(std::span<const std::byte> bytes, const Sink& sink) {
  while (!bytes.empty() && !ignores_rest_) {
    if (state_ == State::between) {
      ignores_rest_ = bytes.front() != kFirstByte;
      if (ignores_rest_) break;
      inflate_.restart();
      state_ = State::later;
    }
    switch (inflate_.run(bytes, sink)) {
      case Inflate::Step::hungry: break;
      case Inflate::Step::ended: state_ = State::between; break;
      case Inflate::Step::refused: return Result::refused;
      case Inflate::Step::broken:
        if (state_ == State::first || inflate_.taken() > kMagicBytes) return Result::broken;
        state_ = State::between;  // its second byte is not that of a member
        ignores_rest_ = true;
        break;
    }
  }
  return Result::good;
}

}  // namespace fanfetch
