#pragma once

#include <string>

namespace fanfetch {

/// What a node is called: the machine's name and some digits, which are those of its folder, a
/// descriptor of it.
[[nodiscard]] std::string node_name(int folder);

}  // namespace fanfetch
