#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace fanfetch::support {

/// A fresh folder below $TMPDIR or /tmp, removed with all it holds.
class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// The path of `name` in it, as a command line wants it.
  [[nodiscard]] std::string at(std::string_view name) const { return path_ / name; }
  /// Writes a file, its folders too. Returns its path.
  std::string write(std::string_view name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

/// The whole file; throws std::runtime_error if it cannot be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

/// All regular files below `folder`, relative path → bytes, without hidden folders (`.fanfetch` is
/// the program's own). Empty if there is no such folder.
[[nodiscard]] std::map<std::string, std::string> files_in(const std::filesystem::path& folder);

}  // namespace fanfetch::support
