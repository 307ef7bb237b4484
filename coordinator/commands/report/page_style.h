#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

/// The style sheet of a report: both themes, screens from 360 px on, and paper.
[[nodiscard]] const std::string& report_style();

/// Lets people sort tables of the class `sortable` by a click on a heading. Without it they stand
/// as they came.
[[nodiscard]] std::string_view report_script();

/// The Content-Security-Policy under which nothing but these two runs, and nothing is loaded from
/// anywhere: should hostile text ever get into the page as more than text, it does nothing.
[[nodiscard]] std::string report_policy();

}  // namespace fanfetch
