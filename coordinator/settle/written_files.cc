#include "coordinator/settle/written_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/xattr.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

#include "common/unique_fd.h"
#include "common/url.h"
#include "coordinator/process/replace_file.h"

namespace fanfetch {
namespace {

using Kind = WrittenFile::Kind;

constexpr const char* kNotes = "written";
constexpr const char* kMark = "user.fanfetch.export";
/// More are not read: the file is not ours then.
constexpr std::size_t kMostBytes = 1 << 20;

constexpr std::pair<std::string_view, Kind> kKinds[] = {{"export", Kind::exported},
                                                        {"results", Kind::results},
                                                        {"ledger", Kind::ledger},
                                                        {"metrics", Kind::metrics},
                                                        {"report", Kind::report}};

std::string_view word(Kind kind) {
  return std::ranges::find(kKinds, kind, &std::pair<std::string_view, Kind>::second)->first;
}

std::string real_path(const std::string& path) {
  std::error_code error;
  const auto real = std::filesystem::weakly_canonical(path, error);
  return error ? path : real.string();
}

std::optional<FileStamp> stamp_of_path(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return stamp_of(status);
}

/// As one word: a line feed must not end the line, nor a percent sign begin an escape.
std::string escaped(std::string_view path) {
  std::string text;
  for (const char c : path) {
    text += c == '%' || c == '\n' ? fmt::format("%{:02X}", static_cast<int>(c)) : std::string(1, c);
  }
  return text;
}

/// Paths in the folder are relative to it, so that it may be moved.
std::string line_of(const WrittenFile& file, const std::string& folder) {
  const bool inside = file.path.starts_with(folder + '/');
  return fmt::format("{} {} {} {}\n", word(file.kind), file.stamp.size, file.stamp.mtime_ns,
                     escaped(inside ? file.path.substr(folder.size() + 1) : file.path));
}

template <class Number>
bool take_number(std::string_view& rest, Number& number) {
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (error != std::errc() || !rest.starts_with(' ')) return false;
  rest.remove_prefix(1);
  return true;
}

/// nullopt: it is no note of ours.
std::optional<WrittenFile> read_line(std::string_view line, const std::string& folder) {
  const auto* kind = std::ranges::find_if(kKinds, [&](const auto& known) {
    return line.starts_with(known.first) && line.substr(known.first.size()).starts_with(' ');
  });
  if (kind == std::end(kKinds)) return std::nullopt;
  WrittenFile file{.kind = kind->second};
  line.remove_prefix(kind->first.size() + 1);
  if (!take_number(line, file.stamp.size) || !take_number(line, file.stamp.mtime_ns)) {
    return std::nullopt;
  }
  file.path = percent_decode(line);
  if (!file.path.starts_with('/')) file.path = folder + '/' + file.path;
  return file;
}

/// The output folder in which `path` lies, if it lies in one.
std::optional<std::string> folder_around(const std::string& path) {
  std::error_code none;
  std::filesystem::path folder(path);
  while (folder.has_relative_path()) {
    folder = folder.parent_path();
    if (std::filesystem::is_directory(folder / ".fanfetch", none)) return folder.string();
  }
  return std::nullopt;
}

std::vector<std::string> with_folder_around(const std::string& path,
                                            const std::vector<std::string>& folders) {
  std::vector<std::string> all;
  for (const auto& folder : folders) all.push_back(real_path(folder));
  if (auto around = folder_around(path)) all.push_back(std::move(*around));
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

void note_in(const std::string& folder, const WrittenFile& file) {
  const UniqueFd state(
      ::open((folder + "/.fanfetch").c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!state.valid()) return;
  (void)::flock(state.get(), LOCK_EX);  // others may note theirs now, too; closing it releases it
  std::string text;
  for (const WrittenFile& known : written_files(folder)) {
    if (known == file) return;  // a job that is run over and over
    if (known.path != file.path) text += line_of(known, folder);
  }
  (void)replace_file(state.get(), kNotes, text + line_of(file, folder));
}

std::string mark_of(const FileStamp& stamp) {
  return fmt::format("{} {}", stamp.size, stamp.mtime_ns);
}

}  // namespace

std::vector<WrittenFile> written_files(const std::string& folder) {
  const std::string real = real_path(folder);
  std::ifstream notes(real + "/.fanfetch/" + kNotes);
  std::vector<WrittenFile> files;
  std::size_t bytes = 0;
  for (std::string line; std::getline(notes, line) && bytes <= kMostBytes; bytes += line.size()) {
    if (auto file = read_line(line, real)) files.push_back(std::move(*file));
  }
  return files;
}

void note_written(Kind kind, const std::string& path, const std::vector<std::string>& folders) {
  WrittenFile file{.kind = kind, .path = real_path(path)};
  const auto stamp = stamp_of_path(file.path);
  if (!stamp) return;  // a device, a pipe
  if (kind == Kind::exported) {
    file.stamp = *stamp;
    const std::string mark = mark_of(*stamp);
    (void)::setxattr(file.path.c_str(), kMark, mark.data(), mark.size(), 0);
  }
  for (const auto& folder : with_folder_around(file.path, folders)) note_in(folder, file);
}

bool is_untouched_export(const std::string& path, const std::vector<std::string>& folders) {
  const std::string real = real_path(path);
  const auto stamp = stamp_of_path(real);
  if (!stamp) return false;
  char mark[64];
  const ssize_t size = ::getxattr(real.c_str(), kMark, mark, sizeof mark);
  if (size > 0 && std::string_view(mark, static_cast<std::size_t>(size)) == mark_of(*stamp)) {
    return true;
  }
  return std::ranges::any_of(with_folder_around(real, folders), [&](const std::string& folder) {
    return std::ranges::any_of(written_files(folder), [&](const WrittenFile& file) {
      return file.kind == Kind::exported && file.path == real && file.stamp == *stamp;
    });
  });
}

}  // namespace fanfetch
