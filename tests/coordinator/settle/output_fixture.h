#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "common/part_name.h"
#include "common/unique_fd.h"
#include "coordinator/names/name_template.h"
#include "coordinator/settle/placer.h"
#include "tests/coordinator/ledger/ledger_samples.h"
#include "tests/coordinator/settle/odd_file_system.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {

/// An output folder and its parts, held open as in a run.
class OutputFixture : public ::testing::Test {
 protected:
  OutputFixture() {
    for (const auto& folder : {out_, parts_}) std::filesystem::create_directories(folder);
    out_fd_.reset(::open(out_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    part_fd_.reset(::open(parts_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }

  [[nodiscard]] Placer placer() const { return {out_fd_.get(), part_fd_.get(), disk_}; }
  /// The n-th other name like `name` for the link with that number.
  [[nodiscard]] static std::string other(const std::string& name, unsigned number, unsigned n = 1) {
    return other_name(name, hash_of(number), n);
  }

  void write(const std::string& name, const std::string& text) const {
    (void)temp_.write("out/" + name, text);
  }
  /// The part of the link with that number, and its sidecar.
  void write_part(unsigned number, const std::string& text) const {
    (void)temp_.write("part/" + part_of(number), text);
  }
  void write_sidecar(unsigned number) const {
    (void)temp_.write("part/" + part_of(number) + std::string(kSidecarSuffix), "sidecar");
  }

  /// "" if there is none.
  [[nodiscard]] std::string read(const std::string& name) const {
    return exists(name) ? support::read_file(out_ / name) : "";
  }
  [[nodiscard]] bool exists(const std::string& name) const {
    return std::filesystem::exists(out_ / name);
  }
  [[nodiscard]] bool has_part(unsigned number) const {
    return std::filesystem::exists(parts_ / part_of(number));
  }
  [[nodiscard]] FileStamp stamp(const std::string& name) const {
    return stamp_of(out_fd_.get(), name).value();
  }

  support::TempDir temp_;
  const std::filesystem::path out_ = temp_.path() / "out";
  const std::filesystem::path parts_ = temp_.path() / "part";
  UniqueFd out_fd_;
  UniqueFd part_fd_;
  OddFileSystem disk_;
};

}  // namespace fanfetch
