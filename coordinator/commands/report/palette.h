#pragma once

#include <string_view>

namespace fanfetch {

/// The colours of a theme, `#rrggbb`. A test computes their contrast: of text at least 4.5 to what
/// is behind it, of what charts draw at least 3 (WCAG 2.2, 1.4.3 and 1.4.11).
struct Palette {
  std::string_view page;     ///< Behind all.
  std::string_view surface;  ///< Behind tiles, charts and tables.
  std::string_view inset;    ///< Behind commands and table headings.
  std::string_view text;
  std::string_view muted;  ///< Of labels.
  std::string_view line;   ///< Between things; carries no meaning.
  std::string_view link;
  std::string_view accent;  ///< What charts draw.
  std::string_view soft;    ///< The same, where something else is in front; carries no meaning.
  std::string_view bad;     ///< Failures, as text and in charts.
};

inline constexpr Palette kLightPalette = {.page = "#f4f5f7",
                                          .surface = "#ffffff",
                                          .inset = "#f0f2f5",
                                          .text = "#1c2430",
                                          .muted = "#586273",
                                          .line = "#dfe3e8",
                                          .link = "#1558a8",
                                          .accent = "#3272b8",
                                          .soft = "#cfdff0",
                                          .bad = "#b42318"};

inline constexpr Palette kDarkPalette = {.page = "#11151b",
                                         .surface = "#191f27",
                                         .inset = "#222a34",
                                         .text = "#e3e8ee",
                                         .muted = "#9ba7b6",
                                         .line = "#2e3744",
                                         .link = "#85b8f5",
                                         .accent = "#5f9ee6",
                                         .soft = "#2a4261",
                                         .bad = "#ff8d85"};

}  // namespace fanfetch
