#pragma once

#include "common/decode/decoder.h"
#include "common/decode/inflate.h"

namespace fanfetch {

/// RFC 1952: one member after the other. What follows a member whose checksum is right and does not
/// begin as one is ignored.
class GzipDecoder : public Decoder {
 public:
  [[nodiscard]] Result write(std::span<const std::byte> bytes, const Sink& sink) override;
  [[nodiscard]] bool complete() const override { return state_ == State::between; }

 private:
  enum class State : std::uint8_t {
    first,    // in the first member
    between,  // a member has ended: another one may follow
    later,    // in another member
  };

  Inflate inflate_{Inflate::Format::gzip};
  State state_ = State::first;
  bool ignores_rest_ = false;
};

}  // namespace fanfetch
