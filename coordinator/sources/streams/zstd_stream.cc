#include "coordinator/sources/streams/zstd_stream.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <cstdint>
#include <new>
#include <utility>
#include <vector>

namespace fanfetch {
namespace {

/// 2^25 bytes: enough for all levels up to 20. The decoder needs little more memory than this.
constexpr int kMaxWindowLog = 25;

struct FreeDecoder {
  void operator()(ZSTD_DStream* decoder) const { ZSTD_freeDStream(decoder); }
};

}  // namespace

struct ZstdStream::State {
  State() {
    if (!decoder) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(decoder.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
  }
  [[nodiscard]] std::uint64_t position() const { return received - (input.size - input.pos); }

  std::unique_ptr<ZSTD_DStream, FreeDecoder> decoder{ZSTD_createDStream()};
  std::vector<char> buffer = std::vector<char>(kCompressedBytes);
  ZSTD_inBuffer input{buffer.data(), 0, 0};
  std::uint64_t received = 0;
  bool in_frame = false;
  bool output_left = false;  // the decoder holds output that did not fit
  std::size_t error = 0;     // libzstd's error code, 0 as long as there is none
};

ZstdStream::ZstdStream(std::unique_ptr<ByteStream> from, std::string name)
    : from_(std::move(from)), name_(std::move(name)), state_(std::make_unique<State>()) {}

ZstdStream::~ZstdStream() = default;

Result<std::optional<std::size_t>> ZstdStream::read(std::span<char> to) {
  State& state = *state_;
  for (;;) {
    if (state.error != 0) return damage(state.error);
    // Called without input, libzstd would take the end of a frame for the beginning of the next.
    if (state.input.pos < state.input.size || state.output_left) {
      ZSTD_outBuffer output{to.data(), to.size(), 0};
      const std::size_t code = ZSTD_decompressStream(state.decoder.get(), &output, &state.input);
      if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation) throw std::bad_alloc();
      if (ZSTD_isError(code) != 0) {
        state.error = code;
      } else {
        state.in_frame = code != 0;
        state.output_left = state.in_frame && output.pos == output.size;
      }
      if (output.pos > 0) return output.pos;
      continue;
    }
    const auto count = from_->read(state.buffer);
    if (!count) return tl::unexpected(count.error());
    if (!*count) return std::nullopt;
    if (**count == 0) {
      if (!state.in_frame) return 0;
      return fail("the zstd data of {} is cut short: it ends at byte {}", name_, state.received);
    }
    state.input = {state.buffer.data(), **count, 0};
    state.received += **count;
  }
}

tl::unexpected<Error> ZstdStream::damage(std::size_t code) const {
  if (ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge) {
    return fail(
        "{} needs a window over {} MiB to be decompressed; pipe it in: zstd -dc --long=31 "
        "FILE | fanfetch -",
        name_, (1 << kMaxWindowLog) >> 20);
  }
  return fail("the zstd data of {} is damaged, which shows at byte {} ({})", name_,
              state_->position(), ZSTD_getErrorName(code));
}

}  // namespace fanfetch
