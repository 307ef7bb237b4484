#include "tests/support/sample_images.h"

// stdio first: jpeglib.h uses FILE without including it.
#include <cstdio>
// then the library
#include <jpeglib.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csetjmp>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

namespace fanfetch::support {
namespace {

constexpr int kWidth = 480;
constexpr int kHeight = 360;
constexpr int kQuality = 85;
constexpr std::size_t kRemovedBytes = 503;  // the size of Imgur's file

/// What depends on the seed. Waves are tables, so that painting a gallery is fast.
struct Pattern {
  std::array<float, 3> top{}, bottom{}, rings{};
  int centre_x = 0, centre_y = 0;
  float grain = 0;
  std::array<float, kWidth + kHeight> ring{};  // by distance from the centre
  std::array<float, kWidth> weave{};           // by x, and by y

  explicit Pattern(unsigned seed) {
    std::mt19937 random(seed);
    // Not std::uniform_real_distribution: its values differ between libraries.
    const auto between = [&random](float low, float high) {
      return low + (high - low) * static_cast<float>(random() % 10'000) / 10'000;
    };
    for (float& c : top) c = between(120, 240);
    for (float& c : bottom) c = between(10, 140);
    for (float& c : rings) c = between(-60, 60);
    centre_x = static_cast<int>(between(0, kWidth));
    centre_y = static_cast<int>(between(0, kHeight));
    grain = between(4, 22);
    const float ring_width = between(2, 10), weave_width = between(3, 9);
    for (std::size_t i = 0; i < ring.size(); ++i) {
      ring[i] = std::sin(static_cast<float>(i) / ring_width);
    }
    for (std::size_t i = 0; i < weave.size(); ++i) {
      weave[i] = 3 * std::sin(static_cast<float>(i) / weave_width);
    }
  }
};

std::vector<JSAMPLE> paint(unsigned seed) {
  const Pattern pattern(seed);
  std::uint32_t random = seed;
  std::vector<JSAMPLE> pixels(kWidth * kHeight * 3);
  JSAMPLE* pixel = pixels.data();
  for (int y = 0; y < kHeight; ++y) {
    const float down = static_cast<float>(y) / kHeight;
    for (int x = 0; x < kWidth; ++x) {
      const int dx = x - pattern.centre_x, dy = y - pattern.centre_y;
      const auto distance = static_cast<int>(std::sqrt(static_cast<float>(dx * dx + dy * dy)));
      random = random * 1'664'525 + 1'013'904'223;  // Numerical Recipes' generator
      const float noise = pattern.grain * (static_cast<float>(random >> 16) / 65'536 - 0.5f);
      const float texture = pattern.weave[x] * pattern.weave[y] + noise;
      for (std::size_t i = 0; i < 3; ++i) {
        const float value = pattern.top[i] * (1 - down) + pattern.bottom[i] * down +
                            pattern.rings[i] * pattern.ring[distance] + texture;
        *pixel++ = static_cast<JSAMPLE>(std::clamp(value, 0.0f, 255.0f));
      }
    }
  }
  return pixels;
}

/// libjpeg's default handler calls exit(); this one jumps back to the caller of libjpeg.
struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf back;
};

void jump_back(j_common_ptr info) {
  std::longjmp(reinterpret_cast<ErrorManager*>(info->err)->back, 1);
}

void stay_quiet(j_common_ptr /*info*/) {}

/// Reads all lines into `line`. Has no C++ objects, because an error jumps out of it.
bool decode_lines(jpeg_decompress_struct& info, ErrorManager& error, std::string_view bytes,
                  std::vector<JSAMPLE>& line) {
  if (setjmp(error.back) != 0) return false;
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  if (jpeg_read_header(&info, TRUE) != JPEG_HEADER_OK || jpeg_start_decompress(&info) == FALSE) {
    return false;
  }
  line.resize(static_cast<std::size_t>(info.output_width) *
              static_cast<std::size_t>(info.output_components));
  JSAMPROW row = line.data();
  while (info.output_scanline < info.output_height) jpeg_read_scanlines(&info, &row, 1);
  // libjpeg pads a truncated file with grey and warns.
  return jpeg_finish_decompress(&info) == TRUE && error.base.num_warnings == 0;
}

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>((value >> shift) & 255);
  return bytes;
}

/// PNG specification 5.3: length, type, data, CRC of type and data.
std::string png_chunk(std::string_view type, std::string_view data) {
  const std::string body = std::string(type) + std::string(data);
  const uLong crc =
      crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + body +
         big_endian(static_cast<std::uint32_t>(crc));
}

std::string deflated(std::string_view plain) {
  uLongf size = compressBound(static_cast<uLong>(plain.size()));
  std::string packed(size, '\0');
  if (compress(reinterpret_cast<Bytef*>(packed.data()), &size,
               reinterpret_cast<const Bytef*>(plain.data()),
               static_cast<uLong>(plain.size())) != Z_OK) {
    throw std::runtime_error("compress");
  }
  packed.resize(size);
  return packed;
}

}  // namespace

std::string sample_jpeg(unsigned seed) {
  std::vector<JSAMPLE> pixels = paint(seed);
  jpeg_compress_struct info{};
  jpeg_error_mgr error{};
  info.err =
      jpeg_std_error(&error);  // its exit() on errors is acceptable: only memory can run out here
  jpeg_create_compress(&info);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &buffer, &size);
  info.image_width = kWidth;
  info.image_height = kHeight;
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, kQuality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = &pixels[static_cast<std::size_t>(info.next_scanline) * kWidth * 3];
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const std::unique_ptr<unsigned char, decltype(&std::free)> owner(buffer, std::free);
  return {reinterpret_cast<const char*>(buffer), size};
}

bool decodes_as_jpeg(std::string_view bytes) {
  if (bytes.empty()) return false;
  jpeg_decompress_struct info{};
  ErrorManager error{};
  info.err = jpeg_std_error(&error.base);
  error.base.error_exit = jump_back;
  error.base.output_message = stay_quiet;
  jpeg_create_decompress(&info);
  std::vector<JSAMPLE> line;
  const bool whole = decode_lines(info, error, bytes, line);
  jpeg_destroy_decompress(&info);
  return whole;
}

std::string tiny_gif() {
  static constexpr char kBytes[] =
      "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x21\xf9\x04\x01\x00\x00\x00\x00"
      "\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b";
  return {kBytes, sizeof kBytes - 1};
}

std::string tiny_mp4() {
  using namespace std::string_literals;  // NOLINT(google-build-using-namespace): for the NULs
  return "\0\0\0\x18"s + "ftypmp42\0\0\0\0mp42isom"s + "\0\0\0\x0cmdat"s + "\0\0\0\0"s;
}

std::string removed_png() {
  constexpr std::uint32_t kPngWidth = 161, kPngHeight = 81;
  std::string lines;
  for (std::uint32_t y = 0; y < kPngHeight; ++y) {
    lines += '\0';  // filter: none
    lines.append(kPngWidth, static_cast<char>(y % 9 < 2 ? 0x60 : 0xe0));
  }
  const std::string before =
      "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", big_endian(kPngWidth) + big_endian(kPngHeight) +
                                                  std::string{8, 0, 0, 0, 0});  // 8-bit grey
  const std::string after = png_chunk("IDAT", deflated(lines)) + png_chunk("IEND", "");
  const std::string key = std::string("Comment") + '\0';
  const std::size_t around = before.size() + after.size() + 12 + key.size();  // 12: a chunk's frame
  if (around > kRemovedBytes) throw std::logic_error("removed.png: no room left for the comment");
  return before + png_chunk("tEXt", key + std::string(kRemovedBytes - around, '.')) + after;
}

}  // namespace fanfetch::support
