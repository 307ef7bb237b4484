#pragma once

#include <brotli/decode.h>

#include <memory>

#include "common/decode/decoder.h"

namespace fanfetch {

/// RFC 7932; its window is at most 16 MiB.
class BrotliDecoder : public Decoder {
 public:
  /// Throws std::bad_alloc.
  BrotliDecoder();

  [[nodiscard]] Result write(std::span<const std::byte> bytes, const Sink& sink) override;
  [[nodiscard]] bool complete() const override { return ended_; }

 private:
  struct Free {
    void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
  };

  std::unique_ptr<BrotliDecoderState, Free> state_;
  bool ended_ = false;
};

}  // namespace fanfetch
