#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "common/url.h"

namespace fanfetch {

// What the lists of all formats have in common.

/// Longer links are not kept whole. Far more than a URL may have.
inline constexpr std::size_t kMaxLinkBytes = std::size_t{64} * 1024;
/// How much is kept, for messages, of something that is not a link.
inline constexpr std::size_t kShownLinkBytes = 200;

/// `text` without what lists have around a link and nobody sees: blanks of any script (a no-break
/// space, an ideographic one), characters without width (U+200B, a byte order mark that is left of
/// a file put behind another) and marks of direction. What is within the text stays.
[[nodiscard]] std::string_view trimmed_link(std::string_view text);

/// Whether `text` begins with a scheme and `://`, whether or not it is a valid URL.
[[nodiscard]] bool begins_like_url(std::string_view text);

/// Whether `text` has nothing but what a single URL is mostly written with: no blank, no control
/// character, nothing that separates URLs. Quick: nearly all lines of long lists are so.
[[nodiscard]] inline bool is_plain_link(std::string_view text) {
  unsigned char odd = 0;  // no branches, nothing wider than a character: many are looked at at once
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    odd |= code <= ' ' || code > '~' || code == ',' || code == ';' || code == '|' ? 1 : 0;
  }
  return odd == 0;
}

/// Whether a second link stands in `text`: behind a blank of any kind, or behind a comma, semicolon
/// or bar that ends the first one's path. One within another's path or query, as archives and
/// resizers have them, is part of it.
[[nodiscard]] bool holds_two_urls(std::string_view text);

/// The first kShownLinkBytes of `text`, its userinfo masked. If the cut lies within the authority,
/// that is masked whole: the '@' that marks userinfo may be in the part cut off.
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

/// Why `link` cannot be a URL, as the end of a sentence; empty if it may be one. REQUIRES: `link`
/// is not empty.
[[nodiscard]] inline std::string problem_of_link(std::string_view link) {
  if (link.size() > kMaxLinkBytes) return "its link is over 64 KiB long";
  if (is_plain_link(link)) return {};
  if (link.find('\0') != std::string_view::npos) return "its link has a NUL byte";
  if (link.find_first_of("\r\n") != std::string_view::npos) return "its link has a line break";
  if (holds_two_urls(link) && begins_like_url(link)) {
    return "two URLs are in it: fanfetch takes no mirrors; write one in a row";
  }
  return {};
}

}  // namespace fanfetch
