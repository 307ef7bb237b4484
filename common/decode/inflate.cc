#include "common/decode/inflate.h"

#include <array>
#include <new>

namespace fanfetch {
namespace {

/// The largest window; what is added or its sign says the format (zlib.h).
constexpr int kWindow = 15;

int window_bits(Inflate::Format format) {
  switch (format) {
    case Inflate::Format::gzip: return kWindow + 16;
    case Inflate::Format::zlib: return kWindow;
    case Inflate::Format::raw: return -kWindow;
  }
  return kWindow;
}

}  // namespace

Inflate::Inflate(Format format) {
  if (::inflateInit2(&stream_, window_bits(format)) != Z_OK) throw std::bad_alloc();
}

Inflate::~Inflate() { ::inflateEnd(&stream_); }

Inflate::Step Inflate::run(std::span<const std::byte>& bytes, const Decoder::Sink& sink) {
  std::array<std::byte, kDecodedPiece> out;
  // zlib only reads from it, but its header does not say const.
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
  stream_.avail_in = static_cast<uInt>(bytes.size());
  do {
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    bytes = bytes.last(stream_.avail_in);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return Step::broken;
    const std::size_t count = out.size() - stream_.avail_out;
    if (count > 0 && !sink(std::span(out).first(count))) return Step::refused;
    if (result == Z_STREAM_END) return Step::ended;
  } while (stream_.avail_in > 0 || stream_.avail_out == 0);
  return Step::hungry;
}

}  // namespace fanfetch
