#pragma once

#include <array>
#include <optional>

#include "common/decode/decoder.h"
#include "common/decode/inflate.h"

namespace fanfetch {

/// `deflate` is a zlib stream (RFC 1950) by RFC 9110, and what lies in one (RFC 1951) by many
/// servers: its first two bytes say which.
class DeflateDecoder : public Decoder {
 public:
  [[nodiscard]] Result write(std::span<const std::byte> bytes, const Sink& sink) override;
  [[nodiscard]] bool complete() const override { return ended_; }

 private:
  [[nodiscard]] Result run(std::span<const std::byte> bytes, const Sink& sink);

  std::array<std::byte, 2> first_{};
  std::size_t first_bytes_ = 0;
  std::optional<Inflate> inflate_;  // once the format is known
  bool ended_ = false;
};

}  // namespace fanfetch
