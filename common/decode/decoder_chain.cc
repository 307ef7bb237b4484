#include "common/decode/decoder_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "common/decode/brotli_decoder.h"
#include "common/decode/deflate_decoder.h"
#include "common/decode/gzip_decoder.h"
#include "common/decode/zstd_decoder.h"

namespace fanfetch {

std::unique_ptr<Decoder> make_decoder(Coding coding) {
  switch (coding) {
    case Coding::gzip: return std::make_unique<GzipDecoder>();
    case Coding::deflate: return std::make_unique<DeflateDecoder>();
    case Coding::brotli: return std::make_unique<BrotliDecoder>();
    case Coding::zstd: return std::make_unique<ZstdDecoder>();
    case Coding::bzip2:
    case Coding::compress:
    case Coding::xz: break;  // they stay on
  }
  assert(false && "there is no such decoder");
  return nullptr;
}

DecoderChain::DecoderChain(std::span<const Coding> remove, std::uint64_t max_bytes)
    : max_bytes_(max_bytes) {
  for (const Coding coding : remove) stages_.push_back({coding, make_decoder(coding)});
}

DecoderChain::Result DecoderChain::write(std::span<const std::byte> bytes,
                                         const Decoder::Sink& sink) {
  received_ += bytes.size();
  for (Stage& stage : stages_) stage.before = stage.bytes;
  return write_to(0, bytes, sink);
}

bool DecoderChain::expands(const Stage& stage) const {
  return stage.bytes - stage.before > kMostOfOnePiece ||
         stage.bytes > kMostOfOnePiece + most_of_one_byte(stage.coding) * received_;
}

DecoderChain::Result DecoderChain::write_to(std::size_t stage, std::span<const std::byte> bytes,
                                            const Decoder::Sink& sink) {
  if (stage == stages_.size()) return sink(bytes) ? Result::good : Result::refused;
  Stage& one = stages_[stage];
  Result behind = Result::good;
  const auto result = one.decoder->write(bytes, [&](std::span<const std::byte> decoded) {
    one.bytes += decoded.size();
    if (max_bytes_ != 0 && one.bytes > max_bytes_) {
      behind = Result::too_large;
    } else if (expands(one)) {
      behind = Result::expands;
      problem_ = fmt::format(
          "its Content-Encoding {} makes more than {} MiB of {} bytes, as a decompression bomb "
          "does",
          name(one.coding), one.bytes >> 20, received_);
    } else {
      behind = write_to(stage + 1, decoded, sink);
    }
    return behind == Result::good;
  });
  switch (result) {
    case Decoder::Result::good:
    case Decoder::Result::refused: return behind;
    case Decoder::Result::over_window:
      problem_ = fmt::format("its Content-Encoding {} needs a window of more than {} MiB",
                             name(one.coding), Decoder::kMaxWindowBytes >> 20);
      return Result::broken;
    case Decoder::Result::broken: break;
  }
  problem_ = fmt::format("its Content-Encoding says {}, but its bytes are none, or damaged",
                         name(one.coding));
  return Result::broken;
}

std::optional<Coding> DecoderChain::cut_off() const {
  const auto found = std::find_if(stages_.begin(), stages_.end(),
                                  [](const Stage& one) { return !one.decoder->complete(); });
  return found == stages_.end() ? std::nullopt : std::optional(found->coding);
}

}  // namespace fanfetch
