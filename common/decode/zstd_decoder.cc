#include "common/decode/zstd_decoder.h"

#include <zstd_errors.h>

#include <array>
#include <bit>
#include <new>

namespace fanfetch {
namespace {

constexpr int kMaxWindowLog = std::bit_width(Decoder::kMaxWindowBytes) - 1;

/// The first byte of a frame, or of one that is to be skipped (RFC 8878, 3.1).
bool begins_frame(std::byte first) {
  return first == std::byte{0x28} || (first & std::byte{0xf0}) == std::byte{0x50};
}

}  // namespace

ZstdDecoder::ZstdDecoder() : context_(ZSTD_createDCtx()) {
  if (!context_ || ZSTD_isError(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax,
                                                       kMaxWindowLog)) != 0) {
    throw std::bad_alloc();
  }
}

Decoder::Result ZstdDecoder::write(std::span<const std::byte> bytes, const Sink& sink) {
  std::array<std::byte, kDecodedPiece> decoded;
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  bool more_to_come = false;  // of what was taken already
  while ((in.pos < in.size || more_to_come) && !ignores_rest_) {
    if (state_ == State::between) {
      ignores_rest_ = !begins_frame(bytes[in.pos]);
      if (ignores_rest_) break;
      state_ = State::later;
    }
    ZSTD_outBuffer out{decoded.data(), decoded.size(), 0};
    const std::size_t result = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_isError(result) != 0) {
      const ZSTD_ErrorCode error = ZSTD_getErrorCode(result);
      if (error == ZSTD_error_frameParameter_windowTooLarge) return Result::over_window;
      if (error == ZSTD_error_memory_allocation) throw std::bad_alloc();
      if (error != ZSTD_error_prefix_unknown || state_ == State::first) return Result::broken;
      state_ = State::between;  // it only began as a frame
      ignores_rest_ = true;
      break;
    }
    if (out.pos > 0 && !sink(std::span(decoded).first(out.pos))) return Result::refused;
    more_to_come = result != 0 && out.pos == out.size;
    if (result == 0) state_ = State::between;
  }
  return Result::good;
}

}  // namespace fanfetch
