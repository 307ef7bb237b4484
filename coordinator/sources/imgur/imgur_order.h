#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace fanfetch {

/// The orders that a listing supports, and its default. A sort is the order of the items, a window
/// (day, week, month, year, all) is their maximum age.
struct ImgurOrders {
  enum class Window {
    none,      ///< The listing has no windows.
    any_sort,  ///< Every sort can have a window.
    top_only,  ///< Only the sort `top`, which a window implies.
  };
  std::vector<std::string_view> sorts;  ///< The first one is the default.
  Window takes_window = Window::none;
  std::string_view window = "";  ///< The default.
};

struct ImgurOrder {
  std::string sort;
  std::string window;  ///< Empty if the listing has no windows.
};

/// Reads `[SORT][/WINDOW]`, split at slashes. Error: a word is neither, or not valid here.
[[nodiscard]] Result<ImgurOrder> read_imgur_order(std::span<const std::string> words,
                                                  const ImgurOrders& orders);

/// Whether `word` is a sort or a window of any listing.
[[nodiscard]] bool is_imgur_order(std::string_view word);

}  // namespace fanfetch
