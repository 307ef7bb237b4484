#include "tests/support/encode.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <memory>
#include <stdexcept>

namespace fanfetch::support {
namespace {

std::string deflate_to(std::string_view plain, int window_bits) {
  z_stream stream{};
  if (::deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string coded(::deflateBound(&stream, plain.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(coded.data());
  stream.avail_out = static_cast<uInt>(coded.size());
  const int result = ::deflate(&stream, Z_FINISH);
  coded.resize(stream.total_out);
  ::deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate");
  return coded;
}

}  // namespace

std::string encode_gzip(std::string_view plain) { return deflate_to(plain, 15 + 16); }
std::string encode_zlib(std::string_view plain) { return deflate_to(plain, 15); }
std::string encode_deflate(std::string_view plain) { return deflate_to(plain, -15); }

std::string encode_brotli(std::string_view plain) {
  std::size_t size = BrotliEncoderMaxCompressedSize(plain.size()) + 64;
  std::string coded(size, '\0');
  if (BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_DEFAULT_MODE, plain.size(),
                            reinterpret_cast<const std::uint8_t*>(plain.data()), &size,
                            reinterpret_cast<std::uint8_t*>(coded.data())) != BROTLI_TRUE) {
    throw std::runtime_error("brotli");
  }
  coded.resize(size);
  return coded;
}

std::string encode_zstd(std::string_view plain, int window_log) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, window_log);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string coded(ZSTD_compressBound(plain.size()), '\0');
  // As a stream: a frame that tells its size needs no more window than that.
  ZSTD_inBuffer in{plain.data(), plain.size(), 0};
  ZSTD_outBuffer out{coded.data(), coded.size(), 0};
  if (ZSTD_compressStream2(context.get(), &out, &in, ZSTD_e_flush) != 0 ||
      ZSTD_compressStream2(context.get(), &out, &in, ZSTD_e_end) != 0) {
    throw std::runtime_error("zstd");
  }
  coded.resize(out.pos);
  return coded;
}

}  // namespace fanfetch::support
