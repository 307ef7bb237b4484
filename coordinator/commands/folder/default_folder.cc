#include "coordinator/commands/folder/default_folder.h"

#include <sys/stat.h>

#include <cerrno>

#include "coordinator/options/config_file.h"
#include "coordinator/options/options.h"

namespace fanfetch {
namespace {

/// Where a run without options of its own would put its files. Other settings may name files that
/// are no concern of a command, such as one with a client ID: they are not applied.
Result<FileOptions> configured_files() {
  Options options;
  const auto path = default_config_path();
  if (!path) return options.files;
  const auto settings = read_config(*path);
  if (!settings) return tl::unexpected(settings.error());
  for (const Setting& setting : *settings) {
    const std::string_view name = setting.option->long_name();
    if (name != "output" && name != "state" && name != "ledger") continue;
    if (auto applied = apply_setting(options, *path, setting); !applied) {
      return tl::unexpected(applied.error());
    }
  }
  return options.files;
}

}  // namespace

std::vector<std::string> folders_with_ledger() {
  std::vector<std::string> found;
  for (const char* folder : {"downloads", "images"}) {
    struct stat status {};
    const bool is_there = ::stat(RunFolder{.output = folder}.ledger_path().c_str(), &status) == 0;
    if (is_there || (errno != ENOENT && errno != ENOTDIR)) found.emplace_back(folder);
  }
  return found;
}

Result<RunFolder> default_folder() {
  auto files = configured_files();
  if (!files) return tl::unexpected(std::move(files.error()));
  if (files->output.empty()) files->output = std::move(files->state);  // a command takes either
  if (!files->output.empty()) {
    return RunFolder{.output = std::move(files->output), .ledger = std::move(files->ledger)};
  }
  const auto found = folders_with_ledger();
  if (found.size() == 1) return RunFolder{.output = found[0]};
  if (!found.empty()) {
    return fail("DIR is missing: both {} and {} here have a ledger", found[0], found[1]);
  }
  return fail(
      "DIR is missing: the configuration names no output, and neither downloads nor images here "
      "has a ledger");
}

}  // namespace fanfetch
