#include "coordinator/commands/arguments/find_folders.h"

#include <utility>

#include "coordinator/settle/state_folder.h"

namespace fanfetch {
namespace {

tl::expected<void, Exit> find(RunFolder& folder) {
  auto found = find_run_folder(std::move(folder));
  if (!found) return tl::unexpected(std::move(found.error()));
  folder = std::move(*found);
  return {};
}

tl::expected<void, Exit> find_each(std::vector<RunFolder>& folders) {
  for (RunFolder& folder : folders) {
    if (auto found = find(folder); !found) return found;
  }
  return {};
}

tl::expected<void, Exit> find_in(StatusArguments& status) { return find_each(status.folders); }
tl::expected<void, Exit> find_in(FleetStatusArguments& /*has_none*/) { return {}; }
tl::expected<void, Exit> find_in(FleetTopArguments& /*has_none*/) { return {}; }
tl::expected<void, Exit> find_in(ExportArguments& exported) { return find_each(exported.folders); }
tl::expected<void, Exit> find_in(auto& command) { return find(command.folder); }

}  // namespace

tl::expected<void, Exit> find_folders(Command& command) {
  return std::visit([](auto& arguments) { return find_in(arguments); }, command);
}

}  // namespace fanfetch
