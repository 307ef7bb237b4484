#include "common/decode/brotli_decoder.h"

#include <array>
#include <new>

namespace fanfetch {
namespace {

bool lacks_memory(BrotliDecoderErrorCode error) {
  return error <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
         error >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
}

}  // namespace

BrotliDecoder::BrotliDecoder() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
  if (!state_) throw std::bad_alloc();
}

Decoder::Result BrotliDecoder::write(std::span<const std::byte> bytes, const Sink& sink) {
  std::array<std::byte, kDecodedPiece> out;
  const auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::size_t in_left = bytes.size();
  auto result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
  while (!ended_ && result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
    auto* next = reinterpret_cast<std::uint8_t*>(out.data());
    std::size_t out_left = out.size();
    result = BrotliDecoderDecompressStream(state_.get(), &in_left, &in, &out_left, &next, nullptr);
    if (result == BROTLI_DECODER_RESULT_ERROR) {
      if (lacks_memory(BrotliDecoderGetErrorCode(state_.get()))) throw std::bad_alloc();
      return Result::broken;
    }
    const std::size_t count = out.size() - out_left;
    if (count > 0 && !sink(std::span(out).first(count))) return Result::refused;
    ended_ = result == BROTLI_DECODER_RESULT_SUCCESS;
  }
  return Result::good;
}

}  // namespace fanfetch
