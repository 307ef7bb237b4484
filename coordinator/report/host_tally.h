#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fanfetch {

/// How often each host occurs, in bounded memory whatever a hostile list names: the hosts that
/// occur most are always among those kept (Misra and Gries, 1982).
class HostTally {
 public:
  static constexpr std::size_t kMostHosts = 1000;
  static constexpr std::size_t kMostNameBytes = 255;

  void add(std::string_view host);

  /// The `most` hosts that occur most often, the first one most; equal ones by name.
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> worst(std::size_t most) const;
  /// What each count may be too low by; 0: they are exact.
  [[nodiscard]] std::uint64_t uncounted() const { return uncounted_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>> counts_;
  std::uint64_t uncounted_ = 0;
};

}  // namespace fanfetch
