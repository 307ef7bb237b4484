#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/decode/decoder.h"

namespace fanfetch {

/// Removes a body's codings one after the other, each from what the one before it left.
class DecoderChain {
 public:
  enum class Result : std::uint8_t {
    good,
    broken,     ///< problem() says what is wrong.
    too_large,  ///< What one of them holds is larger than the limit.
    refused,    ///< The sink wants no more.
  };

  /// `remove`: CodingPlan's. `max_bytes`: of what each of them holds; 0: no limit. Throws
  /// std::bad_alloc.
  DecoderChain(std::span<const Coding> remove, std::uint64_t max_bytes);

  /// Decodes the next piece of the body. After anything but `good` it is over.
  [[nodiscard]] Result write(std::span<const std::byte> bytes, const Decoder::Sink& sink) {
    return write_to(0, bytes, sink);
  }
  /// The coding whose data was cut off; nullopt: all came to their end.
  [[nodiscard]] std::optional<Coding> cut_off() const;
  /// As a sentence.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  struct Stage {
    Coding coding;
    std::unique_ptr<Decoder> decoder;
    std::uint64_t bytes = 0;  // decoded
  };

  [[nodiscard]] Result write_to(std::size_t stage, std::span<const std::byte> bytes,
                                const Decoder::Sink& sink);

  std::vector<Stage> stages_;
  std::uint64_t max_bytes_;
  std::string problem_;
};

}  // namespace fanfetch
