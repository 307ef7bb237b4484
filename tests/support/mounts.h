#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace fanfetch::support {

/// Gives this process mounts of its own, which no other sees and which end with its last child,
/// even if it is killed. Call it before any other thread is there. Returns why nothing can be
/// mounted here; none: it can.
[[nodiscard]] std::optional<std::string> enter_own_mounts();

/// Something mounted on a folder, for as long as this lives. Everything throws std::system_error.
class Mount {
 public:
  /// A memory file system of at most `bytes`.
  [[nodiscard]] static Mount memory(const std::filesystem::path& folder, std::uint64_t bytes);
  /// An image file with ext4 in it, through a loop device, which ends with the mount.
  [[nodiscard]] static Mount image(const std::filesystem::path& image,
                                   const std::filesystem::path& folder,
                                   const std::string& options = "");

  Mount(Mount&& other) noexcept;
  Mount& operator=(Mount&&) = delete;
  Mount(const Mount&) = delete;
  ~Mount();

  enum class Writable { no, yes };
  /// Fails (EBUSY) from yes to no while a file is open for writing.
  void remount(Writable writable) const;
  /// Before the end of its life; everything in it must be closed.
  void unmount();

  /// "loop0", say; "" without a loop device.
  [[nodiscard]] const std::string& device() const { return device_; }

 private:
  Mount(std::filesystem::path folder, std::string device)
      : folder_(std::move(folder)), device_(std::move(device)) {}

  std::filesystem::path folder_;  // empty: unmounted, or moved from
  std::string device_;
};

/// A sparse file of `bytes` with a fresh ext4 in it.
void make_ext4_image(const std::filesystem::path& image, std::uint64_t bytes);

}  // namespace fanfetch::support
