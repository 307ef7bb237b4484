#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/decode/decoder.h"

namespace fanfetch {

/// Removes a body's codings one after the other, each from what the one before it left. Stops a
/// bomb while it streams: where one of them makes more of a piece, or of all pieces so far, than a
/// body that is what it seems.
class DecoderChain {
 public:
  /// What one piece (64 KiB at most) may become: gzip reaches 1032 times its size. More would keep
  /// a worker from all else, its heartbeat included.
  static constexpr std::uint64_t kMostOfOnePiece = std::uint64_t{256} << 20;
  /// What each byte may become, of a body that decodes to more than kMostOfOnePiece, however small
  /// its pieces: what gzip makes of zeros, and a little more; brotli and zstd can tell more of what
  /// repeats in a byte. Pictures and text stay below 50.
  [[nodiscard]] static constexpr std::uint64_t most_of_one_byte(Coding coding) {
    return coding == Coding::gzip || coding == Coding::deflate ? 1100 : 40'000;
  }

  enum class Result : std::uint8_t {
    good,
    broken,     ///< problem() says what is wrong.
    too_large,  ///< What one of them holds is larger than the limit.
    expands,    ///< It is a bomb: problem() says so.
    refused,    ///< The sink wants no more.
  };

  /// `remove`: CodingPlan's. `max_bytes`: of what each of them holds; 0: no limit. Throws
  /// std::bad_alloc.
  DecoderChain(std::span<const Coding> remove, std::uint64_t max_bytes);

  /// Decodes the next piece of the body. After anything but `good` it is over.
  [[nodiscard]] Result write(std::span<const std::byte> bytes, const Decoder::Sink& sink);
  /// The coding whose data was cut off; nullopt: all came to their end.
  [[nodiscard]] std::optional<Coding> cut_off() const;
  /// As a sentence.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  struct Stage {
    Coding coding;
    std::unique_ptr<Decoder> decoder;
    std::uint64_t bytes = 0;   // decoded
    std::uint64_t before = 0;  // of them, before this piece of the body
  };

  [[nodiscard]] bool expands(const Stage& stage) const;
  [[nodiscard]] Result write_to(std::size_t stage, std::span<const std::byte> bytes,
                                const Decoder::Sink& sink);

  std::vector<Stage> stages_;
  std::uint64_t max_bytes_;
  std::uint64_t received_ = 0;  // of the body
  std::string problem_;
};

}  // namespace fanfetch
