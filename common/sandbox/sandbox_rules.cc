#include "common/sandbox/sandbox_rules.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "common/sandbox/landlock.h"

namespace fanfetch {
namespace {

constexpr std::array<std::pair<SandboxLevel, std::string_view>, 4> kLevels{{
    {SandboxLevel::off, "off"},
    {SandboxLevel::descriptors, "descriptors"},
    {SandboxLevel::files, "files"},
    {SandboxLevel::full, "full"},
}};

struct Named {
  Protections one;
  std::string_view name, what;
};
constexpr std::array<Named, 4> kProtections{{
    {protection::kCalls, "calls", "system calls"},
    {protection::kFiles, "files", "files"},
    {protection::kPorts, "ports", "ports"},
    {protection::kPeers, "peers", "signals"},
}};

constexpr int kPortsAbi = 4, kPeersAbi = 6;

SandboxPlan::Landlock plan_landlock(const SandboxRules& rules, const SandboxSupport& support) {
  using namespace landlock;
  const int abi = support.landlock_abi;
  SandboxPlan::Landlock plan;
  if (abi < 1) return plan;
  const std::uint64_t changes = kWriteFile | kRemoveDir | kRemoveFile | kMakeChar | kMakeDir |
                                kMakeReg | kMakeSock | kMakeFifo | kMakeBlock | kMakeSym |
                                (abi >= 2 ? kRefer : 0) | (abi >= 3 ? kTruncate : 0);
  const std::uint64_t reads =
      support.sanitized ? 0 : kExecute | kReadFile | kReadDir | (abi >= 5 ? kIoctlDev : 0);
  plan.handled_files = changes | reads;
  plan.read = plan.handled_files & kReadFile;
  plan.change = plan.handled_files & (kReadFile | kWriteFile | kRemoveFile | kMakeReg | kTruncate);
  if (abi >= kPortsAbi) {
    const bool some_ports = rules.network == Network::none || !rules.ports.empty();
    plan.handled_net = kBindTcp | (some_ports ? kConnectTcp : 0);
  }
  if (abi >= kPeersAbi) plan.scoped = kScopeAbstractUnix | kScopeSignal;
  return plan;
}

}  // namespace

std::string_view name(SandboxLevel level) {
  return kLevels[static_cast<std::size_t>(level)].second;
}

std::optional<SandboxLevel> sandbox_level(std::string_view name) {
  for (const auto& [level, its_name] : kLevels) {
    if (its_name == name) return level;
  }
  return std::nullopt;
}

SandboxLevel lowered(SandboxLevel level) {
  return level == SandboxLevel::full ? SandboxLevel::files : SandboxLevel::descriptors;
}

SandboxPlan plan_sandbox(const SandboxRules& rules, SandboxLevel level,
                         const SandboxSupport& support) {
  SandboxPlan plan;
  if (level == SandboxLevel::off) return plan;
  // The leak checker traces its own process, from another one.
  plan.undumpable = plan.no_processes = !support.sanitized;
  if (support.seccomp) plan.calls = SandboxPlan::Calls::descriptors;
  if (level == SandboxLevel::descriptors) return plan;

  plan.landlock = plan_landlock(rules, support);
  if ((plan.landlock.handled_files & landlock::kReadFile) != 0) plan.reached |= protection::kFiles;
  if (plan.landlock.handled_net != 0) plan.reached |= protection::kPorts;
  if (plan.landlock.scoped != 0) plan.reached |= protection::kPeers;
  if (level == SandboxLevel::files) return plan;

  if (support.seccomp && !support.sanitized) {
    plan.calls = SandboxPlan::Calls::needed;
    plan.reached |= protection::kCalls;
  }
  return plan;
}

std::string missing_protections(Protections reached, const SandboxSupport& support) {
  std::string missing;
  for (const Named& one : kProtections) {
    if ((reached & one.one) != 0) continue;
    missing += fmt::format("{}{}", missing.empty() ? "" : ", ", one.what);
  }
  if (missing.empty()) return missing;
  std::string why;
  if (support.sanitized) {
    why = "this is a build with sanitizers";
  } else if (support.landlock_abi == 0) {
    why = "this system has no Landlock, or a container forbids it";
  } else if (support.landlock_abi < kPeersAbi) {
    why = fmt::format("Linux 6.12 has all that it takes; this kernel's Landlock has ABI {} of {}",
                      support.landlock_abi, kPeersAbi);
  }
  if (why.empty() && (reached & protection::kCalls) != 0 && (reached & protection::kFiles) == 0) {
    why = "this system has Landlock, and refuses to lock with it";
  }
  if (!support.seccomp) why += why.empty() ? "no seccomp" : ", and no seccomp";
  return missing + (why.empty() ? "" : " (" + why + ")");
}

std::vector<std::string_view> names_of(Protections protections) {
  std::vector<std::string_view> names;
  for (const Named& one : kProtections) {
    if ((protections & one.one) != 0) names.push_back(one.name);
  }
  return names;
}

}  // namespace fanfetch
