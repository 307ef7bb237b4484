#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace fanfetch {

/// While it lives, this process may not write to `closed`, but may write to the folders `open`;
/// also if the tests run as root.
class AsNobody {
 public:
  AsNobody(const std::vector<std::filesystem::path>& open, std::filesystem::path closed)
      : closed_(std::move(closed)), was_root_(::geteuid() == 0) {
    for (const auto& folder : open) std::filesystem::permissions(folder, kAll);
    std::filesystem::permissions(closed_, kRead);
    // LeakSanitizer cannot inspect a program that changed its user.
    ::setenv("ASAN_OPTIONS", (sanitizer_ + ":detect_leaks=0").c_str(), 1);
    if (was_root_) (void)!::seteuid(65534);
  }
  ~AsNobody() {
    if (was_root_) (void)!::seteuid(0);
    ::setenv("ASAN_OPTIONS", sanitizer_.c_str(), 1);
    std::filesystem::permissions(closed_, kAll);
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  static constexpr auto kAll = std::filesystem::perms::all;
  static constexpr auto kRead = static_cast<std::filesystem::perms>(0555);  // r-x for everybody

  std::filesystem::path closed_;
  bool was_root_;
  std::string sanitizer_ = ::getenv("ASAN_OPTIONS") == nullptr ? "" : ::getenv("ASAN_OPTIONS");
};

}  // namespace fanfetch
