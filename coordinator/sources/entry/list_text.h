#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "common/url.h"

namespace fanfetch {

// What lists of every format have in common.

/// A longer link is not kept; far more than a URL may have, so that what is shown tells why.
inline constexpr std::size_t kMaxLinkBytes = std::size_t{64} * 1024;
/// What is kept of something that is no link, to show it; it may be cut already.
inline constexpr std::size_t kShownLinkBytes = 200;

/// So much of `text`, without secrets: behind a cut, an '@' would not be there to tell them.
[[nodiscard]] inline std::string shown_link(std::string_view text) {
  std::string shown = mask_userinfo(text.substr(0, kMaxLinkBytes));
  if (text.size() < kShownLinkBytes) return shown;
  shown.resize(std::min(shown.size(), kShownLinkBytes));
  const std::size_t scheme = std::min(shown.rfind(":/"), shown.rfind(":\\"));
  const std::size_t host =
      shown.find_first_not_of("/\\", scheme == shown.npos ? scheme : scheme + 1);
  if (host == shown.npos || shown.find_first_of("/?#", host) != shown.npos) return shown;
  return shown.substr(0, host) + "***";
}

/// Why `link`, which is not empty, can be no URL whatever it says: as the end of a sentence; empty:
/// it may be one.
[[nodiscard]] inline std::string problem_of_link(std::string_view link) {
  if (link.size() > kMaxLinkBytes) return "its link is over 64 KiB long";
  if (link.find('\0') != std::string_view::npos) return "its link has a NUL byte";
  if (link.find_first_of("\r\n") != std::string_view::npos) return "its link has a line break";
  return {};
}

}  // namespace fanfetch
