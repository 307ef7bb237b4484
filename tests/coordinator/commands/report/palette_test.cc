#include "coordinator/commands/report/palette.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

namespace fanfetch {
namespace {

/// Relative luminance of `#rrggbb` (WCAG 2.2).
double luminance(std::string_view colour) {
  double sum = 0;
  constexpr double kWeights[] = {0.2126, 0.7152, 0.0722};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string digits(colour.substr(1 + 2 * i, 2));
    const double part = static_cast<double>(std::strtol(digits.c_str(), nullptr, 16)) / 255;
    sum += kWeights[i] * (part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4));
  }
  return sum;
}

double contrast(std::string_view one, std::string_view other) {
  const double a = luminance(one), b = luminance(other);
  return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

TEST(Palette, TheArithmeticIsThatOfTheStandard) {
  EXPECT_NEAR(21, contrast("#000000", "#ffffff"), 0.001);
  EXPECT_NEAR(4.54, contrast("#767676", "#ffffff"), 0.01);
}

TEST(Palette, TextAndChartsCanBeSeenInBothThemes) {
  for (const Palette& palette : {kLightPalette, kDarkPalette}) {
    for (const auto behind : {palette.page, palette.surface, palette.inset}) {
      for (const auto text : {palette.text, palette.muted, palette.link, palette.bad}) {
        EXPECT_GE(contrast(text, behind), 4.5) << text << " on " << behind;
      }
    }
    for (const auto drawn : {palette.accent, palette.bad}) {
      EXPECT_GE(contrast(drawn, palette.surface), 3) << drawn;
    }
    // The labels of the axes stand in front of what is drawn.
    EXPECT_GE(contrast(palette.muted, palette.soft), 3);
    EXPECT_GE(contrast(palette.accent, palette.soft), 2);
  }
}

}  // namespace
}  // namespace fanfetch
