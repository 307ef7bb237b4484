#pragma once

#include <optional>

namespace fanfetch {

/// `--per-host`: requests to one host at once, all workers together.
struct PerHost {
  std::optional<unsigned> most;  ///< None: what is usual for the source of the link.
  bool adapts = true;            ///< Up to that many, as the host bears it; false: always.

  static constexpr unsigned kUsual = 16;
  static constexpr unsigned kUsualForImgur = 64;  ///< One host, a CDN, has all of its files.
};

}  // namespace fanfetch
