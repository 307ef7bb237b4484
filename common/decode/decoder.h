#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "common/http/content_codings.h"

namespace fanfetch {

/// Removes one content coding from a body that arrives in pieces. Abstract so that DecoderChain
/// knows nothing of the libraries; the real ones are made by make_decoder(). Holds at most the
/// coding's window, never the body. libcurl can decode, too, but 7.88 does not tell a stream that
/// was cut off from one that has ended.
///
/// Bytes behind the data's own end are ignored, as browsers do: servers pad, and the data proves
/// itself.
class Decoder {
 public:
  /// Takes decoded bytes; false: no more are wanted.
  using Sink = std::function<bool(std::span<const std::byte>)>;
  enum class Result : std::uint8_t {
    good,
    broken,       ///< It is not data of that coding, or damaged.
    over_window,  ///< To decode it takes more memory than kMaxWindowBytes.
    refused,      ///< The sink wants no more.
  };
  /// What RFC 9659 allows servers to use of zstd; brotli's own limit is twice as much.
  static constexpr std::size_t kMaxWindowBytes = std::size_t{8} << 20;

  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  virtual ~Decoder() = default;

  /// Decodes the next piece of the body. After anything but `good` it is over.
  [[nodiscard]] virtual Result write(std::span<const std::byte> bytes, const Sink& sink) = 0;
  /// The input so far holds all of the data: it was not cut off.
  [[nodiscard]] virtual bool complete() const = 0;
};

/// gzip, deflate, brotli and zstd have one. The others name files, hardly a way to carry one.
[[nodiscard]] constexpr bool has_decoder(Coding coding) {
  return coding != Coding::bzip2 && coding != Coding::compress && coding != Coding::xz;
}
/// REQUIRES: has_decoder(). Throws std::bad_alloc.
[[nodiscard]] std::unique_ptr<Decoder> make_decoder(Coding coding);

/// A body with more codings is not decoded: each may be a bomb in the one before it.
inline constexpr std::size_t kMaxCodings = 4;

/// What a decoder hands on at a time.
inline constexpr std::size_t kDecodedPiece = std::size_t{64} * 1024;

}  // namespace fanfetch
