#pragma once

#include <string>

namespace fanfetch {

/// What a node is called: the machine's name and some digits, which are those of its folder, a
/// descriptor of it.
[[nodiscard]] std::string node_name(int folder);
/// What this machine is called.
[[nodiscard]] std::string machine_name();
/// What one is called that keeps its name: the same with digits that no other has.
[[nodiscard]] std::string new_node_name();

}  // namespace fanfetch
