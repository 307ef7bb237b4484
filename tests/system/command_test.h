#pragma once

#include "tests/system/system_test.h"

namespace fanfetch::system {

/// Runs `fanfetch status|verify|export` on what runs have left.
class CommandTest : public SystemTest {
 protected:
  [[nodiscard]] Launch command_setup(std::vector<std::string> args) const {
    return {.args = std::move(args), .folder = folder_.path()};
  }
  Finished command(std::vector<std::string> args) { return run(command_setup(std::move(args))); }
};

}  // namespace fanfetch::system
