#include "coordinator/commands/report/data/sample_pictures.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "coordinator/link/beneath.h"

namespace fanfetch {
namespace {

using namespace std::string_view_literals;

/// Whether an ISO media file (ISO/IEC 14496-12, 4.3) names a brand of AVIF among its own.
bool is_avif(std::string_view bytes) {
  if (bytes.size() < 16 || bytes.substr(4, 4) != "ftyp") return false;
  std::size_t size = 0;
  for (const char c : bytes.substr(0, 4)) size = size << 8 | static_cast<unsigned char>(c);
  const std::string_view box = bytes.substr(0, std::min(size, std::size_t{256}));
  for (std::size_t at = 8; at + 4 <= box.size(); at += at == 8 ? 8 : 4) {  // behind it, a version
    const std::string_view brand = box.substr(at, 4);
    if (brand == "avif" || brand == "avis") return true;
  }
  return false;
}

/// Reads until `bytes` is full. False: the file is shorter, or cannot be read.
bool read_all(int file, std::string& bytes) {
  for (std::size_t have = 0; have < bytes.size();) {
    const ssize_t count = ::read(file, bytes.data() + have, bytes.size() - have);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    have += static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

void RowSample::add(std::int64_t row) {
  ++seen_;
  if (rows_.size() < most_) return rows_.push_back(row);
  // splitmix64 (Steele and others, 2014).
  dice_ += 0x9E3779B97F4A7C15;
  std::uint64_t mixed = dice_;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
  const std::uint64_t place = (mixed ^ mixed >> 31) % seen_;
  if (place < most_) rows_[static_cast<std::size_t>(place)] = row;
}

std::vector<std::int64_t> RowSample::rows() const {
  auto rows = rows_;
  std::ranges::sort(rows);
  return rows;
}

std::string_view raster_type(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return "image/jpeg";
  if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv)) return "image/png";
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return "image/gif";
  if (bytes.size() > 16 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") {
    return "image/webp";
  }
  if (is_avif(bytes)) return "image/avif";
  // Two bytes are little: the four behind the size of a bitmap are reserved, and zero.
  if (bytes.size() > 26 && bytes.starts_with("BM") && bytes.substr(6, 4) == "\0\0\0\0"sv) {
    return "image/bmp";
  }
  return {};
}

std::optional<SamplePicture> read_picture(int folder, const std::string& name,
                                          const FileStamp& stamp) {
  // O_NONBLOCK: somebody may have put a FIFO there.
  const UniqueFd file = open_beneath(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat status {};
  if (!file.valid() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      stamp_of(status) != stamp) {
    return std::nullopt;
  }
  SamplePicture picture{.file_name = name};
  picture.bytes.resize(static_cast<std::size_t>(stamp.size));
  if (!read_all(file.get(), picture.bytes)) return std::nullopt;
  picture.type = raster_type(picture.bytes);
  if (picture.type.empty()) return std::nullopt;
  return picture;
}

}  // namespace fanfetch
