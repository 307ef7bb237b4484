#include "coordinator/sources/streams/gzip_stream.h"

#include <zlib.h>

#include <cstdint>
#include <new>
#include <utility>
#include <vector>

namespace fanfetch {
namespace {

constexpr int kGzipOnly = 15 + 16;  // the largest window; the header must be gzip's

}  // namespace

struct GzipStream::State {
  State() {
    if (inflateInit2(&zlib, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { inflateEnd(&zlib); }

  void skip_padding() {
    while (zlib.avail_in > 0 && *zlib.next_in == 0) {
      ++zlib.next_in;
      --zlib.avail_in;
    }
  }
  /// Compressed bytes consumed so far.
  [[nodiscard]] std::uint64_t position() const { return received - zlib.avail_in; }

  z_stream zlib{};
  std::vector<char> input = std::vector<char>(kCompressedBytes);
  std::uint64_t received = 0;
  std::uint64_t members = 0;    // begun so far
  bool between_members = true;  // or before the first one
};

GzipStream::GzipStream(std::unique_ptr<ByteStream> from, std::string name)
    : from_(std::move(from)), name_(std::move(name)), state_(std::make_unique<State>()) {}

GzipStream::~GzipStream() = default;

Result<std::optional<std::size_t>> GzipStream::read(std::span<char> to) {
  State& state = *state_;
  z_stream& zlib = state.zlib;
  for (;;) {
    if (!state.between_members) {
      zlib.next_out = reinterpret_cast<Bytef*>(to.data());
      zlib.avail_out = static_cast<uInt>(to.size());
      const int code = inflate(&zlib, Z_NO_FLUSH);
      if (code == Z_MEM_ERROR) throw std::bad_alloc();
      state.between_members = code == Z_STREAM_END;
      if (const std::size_t count = to.size() - zlib.avail_out; count > 0) return count;
      // Output first: zlib repeats an error at the next call.
      if (code != Z_OK && code != Z_BUF_ERROR && code != Z_STREAM_END) {
        if (state.members > 1 && zlib.total_out == 0 && zlib.total_in <= 2) {
          return fail("{} has something else behind its gzip data, at byte {}", name_,
                      state.position());
        }
        return fail("the gzip data of {} is damaged, which shows at byte {} ({})", name_,
                    state.position(), zlib.msg == nullptr ? "unknown" : zlib.msg);
      }
    }
    if (zlib.avail_in == 0) {
      const auto count = from_->read(state.input);
      if (!count) return tl::unexpected(count.error());
      if (!*count) return std::nullopt;
      if (**count == 0) {
        if (state.between_members) return 0;
        return fail("the gzip data of {} is cut short: it ends at byte {}", name_, state.received);
      }
      zlib.next_in = reinterpret_cast<Bytef*>(state.input.data());
      zlib.avail_in = static_cast<uInt>(**count);
      state.received += **count;
    }
    if (state.between_members) {
      if (state.members > 0) state.skip_padding();
      if (zlib.avail_in == 0) continue;
      inflateReset(&zlib);
      ++state.members;
      state.between_members = false;
    }
  }
}

}  // namespace fanfetch
