#include "coordinator/options/version_text.h"

#include <fmt/format.h>

#include "common/curl/curl_global.h"
#include "common/sandbox/call_filter.h"
#include "common/sandbox/lock_in.h"
#include "common/sandbox/sandbox_rules.h"
#include "coordinator/ledger/database.h"
#include "coordinator/net/dns_channel.h"

namespace fanfetch {
namespace {

std::string sandbox_text() {
  const SandboxSupport support = sandbox_support();
  const Protections reached = plan_sandbox({}, SandboxLevel::full, support).reached;
  if (reached == protection::kAll) return "full";
  return fmt::format("{}: {}", reached == 0 ? "none" : "partial",
                     missing_protections(reached, support));
}

}  // namespace

std::string_view program_version() { return FANFETCH_VERSION; }

std::string version_text() {
  return fmt::format("fanfetch " FANFETCH_VERSION
                     "\n"
                     "commit: {}\n"
                     "libraries: {}, {}, {}, {}\n"
                     "sandbox here: {}\n",
                     kCommit, curl_versions(), sqlite_version(), cares_version(),
                     seccomp_library_version(), sandbox_text());
}

}  // namespace fanfetch
