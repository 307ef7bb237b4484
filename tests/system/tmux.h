#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/system/system_test.h"

namespace fanfetch::system {

/// A terminal with one program in it.
class Tmux {
 public:
  Tmux(std::string folder, std::string locale)
      : socket_(folder + "/tmux"),
        locale_(std::move(locale)),
        server_({.args = with_socket({"-f", "/dev/null", "-D"}),
                 .env = {{"LC_ALL", locale_}, {"TERM", "xterm-256color"}},
                 .folder = folder,
                 .program = "/usr/bin/tmux"}) {}
  ~Tmux() {
    (void)command({"kill-server"});
    (void)server_.wait();
  }
  Tmux(const Tmux&) = delete;
  Tmux& operator=(const Tmux&) = delete;

  /// Shows `program`, a line of the shell, and what it says at its end, until this goes.
  void open(const std::string& program, unsigned columns, unsigned rows) {
    const auto opened = [&] {
      return command({"new-session", "-d", "-x", std::to_string(columns), "-y",
                      std::to_string(rows), program + R"(; echo "left with $?"; exec cat)"}) == 0;
    };
    EXPECT_TRUE(eventually(opened, 10s)) << "the server starts";
  }
  void resize(unsigned columns, unsigned rows) {
    EXPECT_EQ(
        0, command({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(rows)}));
  }
  void press(const std::string& keys) { EXPECT_EQ(0, command({"send-keys", keys})); }
  [[nodiscard]] std::string shown() {
    std::string text;
    EXPECT_EQ(0, command({"capture-pane", "-p"}, &text));
    return text;
  }
  /// Waits until all of `parts` are to be seen.
  [[nodiscard]] ::testing::AssertionResult shows(const std::vector<std::string>& parts) {
    std::string now;
    const bool seen = eventually(
        [&] {
          now = shown();
          return std::ranges::all_of(parts, [&](const auto& part) { return has(now, part); });
        },
        20s);
    return (seen ? ::testing::AssertionSuccess() : ::testing::AssertionFailure()) << now;
  }

 private:
  [[nodiscard]] std::vector<std::string> with_socket(std::vector<std::string> args) const {
    args.insert(args.begin(), {"-u", "-S", socket_});
    return args;
  }
  int command(std::vector<std::string> args, std::string* out = nullptr) {
    const Finished finished = support::run({.args = with_socket(std::move(args)),
                                            .env = {{"LC_ALL", locale_}},
                                            .program = "/usr/bin/tmux"});
    if (out != nullptr) *out = finished.out;
    return finished.exit_status.value_or(-1);
  }

  const std::string socket_, locale_;
  FanfetchProcess server_;
};

}  // namespace fanfetch::system
