#include "tests/support/kept_promise.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace fanfetch::support {
namespace {

namespace fs = std::filesystem;

/// Relative names of all regular files, without the program's own folder.
std::vector<std::string> names_in(const fs::path& output) {
  std::vector<std::string> names;
  if (!fs::exists(output)) return names;
  for (auto it = fs::recursive_directory_iterator(output); it != fs::end(it); ++it) {
    const std::string name = fs::relative(it->path(), output);
    if (name == ".fanfetch" || name == "lost+found") {
      it.disable_recursion_pending();
    } else if (!it->is_directory()) {
      names.push_back(name);
    }
  }
  return names;
}

/// What is wrong with a row of status saved; "" if nothing is.
std::string loss_of(const LedgerRow& row, const ExpectedFiles& expected, const fs::path& output) {
  if (!row.file_name) return "no name";
  const auto found = expected.find(*row.file_name);
  if (found == expected.end()) return "a name that nobody expects";
  const GeneratedBody& body = found->second;
  if (row.bytes != static_cast<std::int64_t>(body.size())) return "another size in its row";
  if (row.sha256 && row.sha256 != body.sha256()) return "another hash in its row";
  if (holds(output / *row.file_name, body)) return "";
  if (!row.part) return "no whole file";
  return holds(output / ".fanfetch/part" / *row.part, body) ? "" : "neither whole file nor part";
}

}  // namespace

bool holds(const fs::path& file, const GeneratedBody& body) {
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(file, error))) return false;
  if (fs::file_size(file, error) != body.size() || error) return false;
  constexpr std::uint64_t kAtOnce = 1 << 20;
  std::ifstream stream(file, std::ios::binary);
  std::string bytes;
  for (std::uint64_t at = 0; at < body.size(); at += kAtOnce) {
    bytes.resize(std::min(kAtOnce, body.size() - at));
    if (!stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return false;
    if (bytes != body.piece(at, kAtOnce)) return false;
  }
  return stream.is_open();
}

std::vector<std::string> broken_files(const ExpectedFiles& expected, const fs::path& output) {
  std::vector<std::string> broken;
  for (const std::string& name : names_in(output)) {
    const auto found = expected.find(name);
    if (found == expected.end()) {
      broken.push_back(name + ": foreign");
    } else if (!holds(output / name, found->second)) {
      broken.push_back(fmt::format("{}: {} bytes on disk, {} at the origin", name,
                                   fs::file_size(output / name), found->second.size()));
    }
  }
  return broken;
}

std::vector<std::string> missing_files(const ExpectedFiles& expected, const fs::path& output) {
  std::vector<std::string> missing;
  for (const auto& [name, body] : expected) {
    if (!fs::exists(output / name)) missing.push_back(name);
  }
  return missing;
}

std::vector<std::string> lost_rows(const LedgerContents& ledger, const ExpectedFiles& expected,
                                   const fs::path& output) {
  std::vector<std::string> lost;
  for (const LedgerRow& row : ledger.rows) {
    if (row.status != "saved") continue;
    const std::string loss = loss_of(row, expected, output);
    if (!loss.empty()) lost.push_back(row.file_name.value_or(row.url) + ": " + loss);
  }
  return lost;
}

std::vector<std::string> parts_left(const fs::path& output) {
  std::vector<std::string> parts;
  if (!fs::exists(output / ".fanfetch/part")) return parts;
  for (const auto& entry : fs::directory_iterator(output / ".fanfetch/part")) {
    parts.push_back(entry.path().filename());
  }
  return parts;
}

std::vector<ResultLine> results_so_far(const fs::path& results) {
  if (!fs::exists(results)) return {};
  std::string text = read_file(results);
  text.resize(text.rfind('\n') + 1);  // npos + 1 is 0
  return parse_result_lines(text);
}

}  // namespace fanfetch::support
