#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/fanfetch_process.h"
#include "tests/support/fault_origin.h"
#include "tests/support/processes.h"
#include "tests/support/result_lines.h"
#include "tests/support/temp_dir.h"

namespace fanfetch::system {

using namespace std::chrono_literals;
using namespace fanfetch::support;  // NOLINT(google-build-using-namespace): these are its users

/// `size` bytes that no compressor shortens, different for each `seed`; as a picture good enough
/// for fanfetch, which looks at the first bytes of what is called `.jpg`.
[[nodiscard]] std::string noise(std::size_t size, unsigned seed = 1);

[[nodiscard]] bool has(std::string_view text, std::string_view part);
[[nodiscard]] std::string last_line(std::string_view text);
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

/// Runs the real programs against an origin of its own, in a folder of its own, so that tests may
/// run side by side. After every run no process may be left, nor may it have overrun its deadline.
class SystemTest : public ::testing::Test {
 protected:
  /// A run with `args` that may reach loopback, writes into output() and records in results().
  [[nodiscard]] Launch setup(std::vector<std::string> args) const;
  /// The same for the links of a list; each is a URL, or a path on origin_.
  [[nodiscard]] Launch list_setup(const std::vector<std::string>& links,
                                  std::vector<std::string> args = {});

  [[nodiscard]] Finished run(const Launch& given, std::chrono::milliseconds limit = kPatience);
  [[nodiscard]] Finished finish(FanfetchProcess& process,
                                std::chrono::milliseconds limit = kPatience);

  [[nodiscard]] std::string output() const { return folder_.at("images"); }
  [[nodiscard]] std::string results() const { return folder_.at("results.jsonl"); }
  [[nodiscard]] std::map<std::string, std::string> saved_files() const;
  /// The records of the run, by index.
  [[nodiscard]] std::vector<ResultLine> records() const;

  /// Fetches one link and returns its record. The run must end with 0 if it is saved, else with 1.
  [[nodiscard]] ResultLine fetch(const std::string& link, std::vector<std::string> args = {});

  /// `/000.jpg`, `/001.jpg` …, served with different bodies of `size` bytes.
  std::vector<std::string> serve_many(std::size_t count, std::size_t size = 20'000,
                                      std::chrono::milliseconds delay = {});
  /// What serve_many() must leave in the output folder.
  [[nodiscard]] const std::map<std::string, std::string>& served() const { return served_; }

  TempDir folder_;
  FaultOrigin origin_;

 private:
  std::map<std::string, std::string> served_;
  int lists_ = 0;
};

}  // namespace fanfetch::system
