#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

namespace fanfetch {

/// For as long as it lives: `closed` may not be written by this process, `open` folders may, also
/// when the tests run as root.
class AsNobody {
 public:
  AsNobody(const std::vector<std::filesystem::path>& open, std::filesystem::path closed)
      : closed_(std::move(closed)), was_root_(::geteuid() == 0) {
    for (const auto& folder : open) std::filesystem::permissions(folder, kAll);
    std::filesystem::permissions(closed_, kRead);
    ::setenv("LSAN_OPTIONS", "detect_leaks=0", 1);  // it cannot look at a program that is not ours
    if (was_root_) (void)!::seteuid(65534);
  }
  ~AsNobody() {
    if (was_root_) (void)!::seteuid(0);
    ::unsetenv("LSAN_OPTIONS");
    std::filesystem::permissions(closed_, kAll);
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  static constexpr auto kAll = std::filesystem::perms::all;
  static constexpr auto kRead = static_cast<std::filesystem::perms>(0555);  // r-x for everybody

  std::filesystem::path closed_;
  bool was_root_;
};

}  // namespace fanfetch
