#include "coordinator/net/name_files.h"

#include <sys/stat.h>

#include "common/file_content.h"

namespace fanfetch {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{16} << 20;

}  // namespace

NameFiles::Version NameFiles::version_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size,
          status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec};
}

SystemNames NameFiles::read() {
  // Versions first: a change while the content is read shows the next time.
  hosts_.version = version_of(hosts_.path);
  resolv_conf_.version = version_of(resolv_conf_.path);
  return {parse_hosts(file_content(hosts_.path, kMaxBytes)),
          parse_resolv_conf(file_content(resolv_conf_.path, kMaxBytes))};
}

std::optional<SystemNames> NameFiles::read_if_changed() {
  const bool changed = version_of(hosts_.path) != hosts_.version ||
                       version_of(resolv_conf_.path) != resolv_conf_.version;
  return changed ? std::optional(read()) : std::nullopt;
}

}  // namespace fanfetch
