#pragma once

#include <optional>

namespace fanfetch {

/// `--per-host`: concurrent requests to one host, all workers together. A header of its own, since
/// the options need it and nothing else of the scheduler.
struct PerHost {
  std::optional<unsigned> limit;  ///< nullopt: the usual number for the source of the link.
  bool adapts = true;             ///< Up to the limit, as the host bears it; false: always.

  static constexpr unsigned kUsual = 16;
  static constexpr unsigned kUsualForImgur = 64;  ///< One host, a CDN, has all of its files.

  bool operator==(const PerHost&) const = default;
};

}  // namespace fanfetch
