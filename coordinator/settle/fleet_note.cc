#include "coordinator/settle/fleet_note.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "coordinator/link/beneath.h"
#include "coordinator/process/replace_file.h"

namespace fanfetch {
namespace {

constexpr std::string_view kNote = "fleet-", kNodeNote = "of-node";

/// Returns whether it was not there.
Result<bool> write_note(const OutputFolder& folder, const std::string& name) {
  const UniqueFd noted = open_beneath(folder.state_fd(), name, O_PATH);
  if (noted.valid()) return false;
  if (const int error = replace_file(folder.state_fd(), name, ""); error != 0) {
    return fail("cannot write in '{}': {}", folder.names().state_path(), errno_text(error));
  }
  return true;
}

}  // namespace

Result<bool> note_fleet_job(const OutputFolder& folder, const std::string& job) {
  return write_note(folder, std::string(kNote) + job);
}

Result<> note_fleet_node(const OutputFolder& folder) {
  return write_note(folder, std::string(kNodeNote)).map([](bool) {});
}

bool is_folder_of_node(const RunFolder& folder) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::path(folder.state_path()) / kNodeNote, error);
}

void forget_fleet_job(const OutputFolder& folder, const std::string& job) {
  (void)::unlinkat(folder.state_fd(), (std::string(kNote) + job).c_str(), 0);
}

bool is_of_driver(const RunFolder& folder) {
  std::error_code error;
  const std::filesystem::directory_iterator entries(folder.state_path(), error);
  return std::any_of(begin(entries), end(entries), [](const auto& entry) {
    return entry.path().filename().string().starts_with(kNote);
  });
}

}  // namespace fanfetch
