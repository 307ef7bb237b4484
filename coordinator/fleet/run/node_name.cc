#include "coordinator/fleet/run/node_name.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>
#include <string_view>

#include "common/ascii.h"
#include "common/sha256.h"

namespace fanfetch {
namespace {

std::string with_digits(std::string_view host, std::string_view digits) {
  std::string name;
  for (const char c : host.substr(0, 40)) {
    name += is_alphanumeric(c) || c == '-' || c == '_' ? c : '-';
  }
  return fmt::format("{}-{}", name.empty() ? "node" : name, digits);
}

}  // namespace

std::string machine_name() {
  char host[256] = {};
  (void)::gethostname(host, sizeof host - 1);
  return host;
}

std::string node_name(int folder) {
  const std::string host = machine_name();
  struct stat status {};
  (void)::fstat(folder, &status);
  const auto digest = sha256(fmt::format("{} {} {}", host, status.st_dev, status.st_ino));
  return with_digits(host, to_hex(digest).substr(0, 8));
}

std::string new_node_name() {
  return with_digits(machine_name(), fmt::format("{:08x}", std::random_device{}()));
}

}  // namespace fanfetch
