#include "coordinator/sources/imgur/imgur_order.h"

#include <algorithm>
#include <array>

namespace fanfetch {
namespace {

using Window = ImgurOrders::Window;

constexpr std::array<std::string_view, 4> kSorts = {"viral", "top", "time", "rising"};
constexpr std::array<std::string_view, 5> kWindows = {"day", "week", "month", "year", "all"};

template <class Range>
bool is_among(const Range& words, std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

}  // namespace

Result<ImgurOrder> read_imgur_order(std::span<const std::string> words, const ImgurOrders& orders) {
  ImgurOrder order;
  const auto take = [&](std::string& to) {
    to = words.front();
    words = words.subspan(1);
  };
  if (!words.empty() && is_among(orders.sorts, words.front())) take(order.sort);
  if (!words.empty() && is_among(kWindows, words.front())) take(order.window);
  if (!words.empty()) {
    return fail("'{}' is not understood, the sorts are {}, the windows {}", words.front(),
                fmt::join(orders.sorts, ", "), fmt::join(kWindows, ", "));
  }
  const bool top_only = orders.takes_window == Window::top_only;
  if (!order.window.empty()) {
    if (orders.takes_window == Window::none) {
      return fail("'{}' goes with imgur:top only", order.window);
    }
    if (top_only && order.sort.empty()) order.sort = "top";
    if (top_only && order.sort != "top") {
      return fail("'{}' goes with the sort 'top' only", order.window);
    }
  }
  if (order.sort.empty()) order.sort = orders.sorts.front();
  if (order.window.empty() && (!top_only || order.sort == "top")) order.window = orders.window;
  return order;
}

bool is_imgur_order(std::string_view word) {
  return is_among(kSorts, word) || is_among(kWindows, word);
}

}  // namespace fanfetch
