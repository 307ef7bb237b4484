#include "common/sandbox/landlock.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "common/unique_fd.h"

namespace fanfetch {
namespace {

struct RulesetAttributes {
  std::uint64_t handled_files, handled_net, scoped;
};

struct [[gnu::packed]] PathBeneath {
  std::uint64_t allowed;
  std::int32_t folder;
};

struct NetPort {
  std::uint64_t allowed, port;
};

constexpr int kPathBeneath = 1, kNetPort = 2;
constexpr unsigned kAskVersion = 1;

/// Older kernels refuse what is longer than they know, unless the rest is zero; they know the first
/// member alone, then two.
std::size_t size_known(const RulesetAttributes& attributes) {
  if (attributes.scoped != 0) return sizeof attributes;
  return attributes.handled_net != 0 ? offsetof(RulesetAttributes, scoped)
                                     : offsetof(RulesetAttributes, handled_net);
}

template <class Rule>
Result<> add(int ruleset, int kind, const Rule& rule) {
  if (::syscall(SYS_landlock_add_rule, ruleset, kind, &rule, 0) == 0) return {};
  return fail("cannot add a rule to Landlock's: {}", errno_text(errno));
}

}  // namespace

int landlock_abi() {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion);
  return abi > 0 ? static_cast<int>(abi) : 0;
}

Result<> restrict_by_landlock(const SandboxPlan::Landlock& plan, const SandboxRules& rules) {
  const RulesetAttributes attributes{plan.handled_files, plan.handled_net, plan.scoped};
  const UniqueFd ruleset(static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, &attributes, size_known(attributes), 0)));
  if (!ruleset.valid()) return fail("cannot make a Landlock ruleset: {}", errno_text(errno));
  for (const FolderRight& folder : rules.folders) {
    const auto allowed = folder.use == FolderRight::Use::change ? plan.change : plan.read;
    if (allowed == 0) continue;
    const PathBeneath rule{allowed, folder.fd};
    if (auto added = add(ruleset.get(), kPathBeneath, rule); !added) return added;
  }
  if ((plan.handled_net & landlock::kConnectTcp) != 0) {
    for (const std::uint16_t port : rules.ports) {
      const NetPort rule{landlock::kConnectTcp, port};
      if (auto added = add(ruleset.get(), kNetPort, rule); !added) return added;
    }
  }
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0) return {};
  return fail("Landlock does not lock: {}", errno_text(errno));
}

}  // namespace fanfetch
