#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/commands/report/data/report_data.h"
#include "coordinator/link/file_stamp.h"

namespace fanfetch {

/// Chooses some of any number of rows, each with the same chance, by Vitter's algorithm R. Its dice
/// are always the same: two reports of one ledger show the same pictures. Pure.
class RowSample {
 public:
  explicit RowSample(std::size_t most) : most_(most) {}

  void add(std::int64_t row);
  /// In rising order.
  [[nodiscard]] std::vector<std::int64_t> rows() const;

 private:
  std::size_t most_;
  std::uint64_t seen_ = 0;
  std::uint64_t dice_ = 0x9E3779B97F4A7C15;
  std::vector<std::int64_t> rows_;
};

/// The MIME type of a raster picture that browsers show, by its first bytes: JPEG, PNG, GIF, WebP,
/// AVIF or BMP; a constant. Empty: it is none of these. So nothing that can hold a script, such as
/// SVG, is taken for a picture, whatever its server called it.
[[nodiscard]] std::string_view raster_type(std::string_view bytes);

/// The file `name` below `folder` (a directory's descriptor) as a picture. nullopt: it is gone, is
/// not as it was saved (`stamp`), lies behind a symbolic link, cannot be read, or is no such
/// picture. Nothing decodes it.
[[nodiscard]] std::optional<SamplePicture> read_picture(int folder, const std::string& name,
                                                        const FileStamp& stamp);

/// How many characters `bytes` bytes take in a data: URL.
[[nodiscard]] constexpr std::uint64_t base64_size(std::uint64_t bytes) {
  return (bytes + 2) / 3 * 4;
}

}  // namespace fanfetch
