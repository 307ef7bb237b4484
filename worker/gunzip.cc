#include "worker/gunzip.h"

#include <array>
#include <new>

namespace fanfetch {
namespace {

/// The largest window, and 16: a gzip header and trailer (zlib.h).
constexpr int kGzipWindow = 15 + 16;
constexpr std::size_t kPiece = 64 * 1024;

}  // namespace

Gunzip::Gunzip() {
  if (::inflateInit2(&stream_, kGzipWindow) != Z_OK) throw std::bad_alloc();
}

Gunzip::~Gunzip() { ::inflateEnd(&stream_); }

Gunzip::Result Gunzip::write(std::span<const std::byte> bytes, const Sink& sink) {
  std::array<std::byte, kPiece> out;
  // zlib only reads from it, but its header does not say const.
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
  stream_.avail_in = static_cast<uInt>(bytes.size());
  do {
    if (complete_) {  // bytes behind a member's end are another member (RFC 1952, 2.2)
      if (stream_.avail_in == 0) break;
      ::inflateReset(&stream_);
      complete_ = false;
    }
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return Result::broken;
    complete_ = result == Z_STREAM_END;
    const std::size_t count = out.size() - stream_.avail_out;
    if (count > 0 && !sink(std::span(out).first(count))) return Result::refused;
  } while (stream_.avail_in > 0 || stream_.avail_out == 0);
  return Result::good;
}

}  // namespace fanfetch
