#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

/// Whether a sentence gives as its reason that descriptors or memory are short, here or on the
/// whole machine: then neither the file that it names nor the user is at fault, whatever could not
/// be done. Knows the reasons of the operating system (errno_text()), of C++ and of SQLite.
[[nodiscard]] bool tells_of_shortage(std::string_view sentence);

/// That sentence as far as its reason, and what helps. REQUIRES: tells_of_shortage().
[[nodiscard]] std::string with_advice_for_shortage(std::string_view sentence);

}  // namespace fanfetch
