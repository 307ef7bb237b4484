#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace fanfetch::support {

/// Gives this process its own mount namespace: no other process sees its mounts, and they end with
/// its last child, even if it is killed. Call before starting any thread. Returns why mounting is
/// not possible here; nullopt if it is.
[[nodiscard]] std::optional<std::string> enter_own_mounts();

/// A file system mounted on a folder while this lives. All functions throw std::system_error.
class Mount {
 public:
  /// A memory file system of at most `bytes`.
  [[nodiscard]] static Mount memory(const std::filesystem::path& folder, std::uint64_t bytes);
  /// An image file with ext4, through a loop device, which ends with the mount.
  [[nodiscard]] static Mount image(const std::filesystem::path& image,
                                   const std::filesystem::path& folder,
                                   const std::string& options = "");
  /// An image file with exFAT through FUSE, which knows neither hard links nor renames with flags,
  /// and says ENOENT of a name with a `:` or `?`. Needs the packages exfat-fuse and exfatprogs.
  [[nodiscard]] static Mount exfat(const std::filesystem::path& image,
                                   const std::filesystem::path& folder);

  Mount(Mount&& other) noexcept;
  Mount& operator=(Mount&&) = delete;
  Mount(const Mount&) = delete;
  ~Mount();

  enum class Writable { no, yes };
  /// Making it read-only fails (EBUSY) while a file is open for writing.
  void remount(Writable writable) const;
  /// Unmounts early. REQUIRES: all files in it are closed.
  void unmount();

  /// For example "loop0"; "" without a loop device.
  [[nodiscard]] const std::string& device() const { return device_; }

 private:
  Mount(std::filesystem::path folder, std::string device)
      : folder_(std::move(folder)), device_(std::move(device)) {}

  std::filesystem::path folder_;  // empty: unmounted, or moved from
  std::string device_;
};

/// Creates a sparse file of `bytes` with an empty ext4 in it.
void make_ext4_image(const std::filesystem::path& image, std::uint64_t bytes);
/// The same with exFAT.
void make_exfat_image(const std::filesystem::path& image, std::uint64_t bytes);
/// Whether Mount::exfat() has what it needs.
[[nodiscard]] bool has_exfat();

}  // namespace fanfetch::support
