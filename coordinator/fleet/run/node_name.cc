#include "coordinator/fleet/run/node_name.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

#include "common/ascii.h"
#include "common/sha256.h"

namespace fanfetch {

std::string node_name(int folder) {
  char host[256] = {};
  (void)::gethostname(host, sizeof host - 1);
  std::string name;
  for (const char c : std::string_view(host)) {
    if (name.size() < 40) name += is_alphanumeric(c) || c == '-' || c == '_' ? c : '-';
  }
  struct stat status {};
  (void)::fstat(folder, &status);
  const auto digest = sha256(fmt::format("{} {} {}", host, status.st_dev, status.st_ino));
  return fmt::format("{}-{}", name.empty() ? "node" : name, to_hex(digest).substr(0, 8));
}

}  // namespace fanfetch
