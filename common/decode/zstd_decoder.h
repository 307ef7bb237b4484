#pragma once

#include <zstd.h>

#include <memory>

#include "common/decode/decoder.h"

namespace fanfetch {

/// RFC 8878: one frame after the other. What follows a frame and does not begin as one is ignored.
class ZstdDecoder : public Decoder {
 public:
  /// Throws std::bad_alloc.
  ZstdDecoder();

  [[nodiscard]] Result write(std::span<const std::byte> bytes, const Sink& sink) override;
  [[nodiscard]] bool complete() const override { return state_ == State::between; }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  enum class State : std::uint8_t {
    first,    // in the first frame
    between,  // a frame has ended: another one may follow
    later,    // in another frame
  };

  std::unique_ptr<ZSTD_DCtx, Free> context_;
  State state_ = State::first;
  bool ignores_rest_ = false;
};

}  // namespace fanfetch
