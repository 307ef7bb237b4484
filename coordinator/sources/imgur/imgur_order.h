#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace fanfetch {

/// The orders that a listing can have, and which one is meant if none is named. A sort says how the
/// items are ordered, a window (day, week, month, year, all) from how far back they may be.
struct ImgurOrders {
  enum class Window {
    none,      ///< It has no windows.
    any_sort,  ///< A window goes with every sort.
    top_only,  ///< With the sort `top`, which it implies.
  };
  std::vector<std::string_view> sorts;  ///< The first one is the default.
  Window takes_window = Window::none;
  std::string_view window = "";  ///< The default.
};

struct ImgurOrder {
  std::string sort;
  std::string window;  ///< Empty: there is none.
};

/// Reads `[SORT][/WINDOW]`, split at slashes. Error: a word that is neither, or is not for here.
[[nodiscard]] Result<ImgurOrder> read_imgur_order(std::span<const std::string> words,
                                                  const ImgurOrders& orders);

/// Is this a sort or a window of any listing?
[[nodiscard]] bool is_imgur_order(std::string_view word);

}  // namespace fanfetch
