#pragma once

#include <span>
#include <string_view>

namespace fanfetch {

/// A file of the page, as it is built into the program.
struct Asset {
  std::string_view path;  ///< `/`, `/style.css`: what a browser asks for.
  std::string_view content_type;
  std::string_view bytes;
};

/// All of them: what lies in page/, and Chart.js. Made by embed.py.
[[nodiscard]] std::span<const Asset> assets();

}  // namespace fanfetch
