#include "common/sandbox/lock_in.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "common/sandbox/landlock.h"

namespace fanfetch {
namespace {

// What this build's own run-time library does is decided here, and in plan_sandbox().
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

void forbid(int resource) {
  const rlimit none{0, 0};
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &none);
}

/// Of what root may do, keeps the right to files of other users alone: downloads may go to a folder
/// of somebody else. A socket, for one, takes orders for the whole firewall from who may give them.
Result<> give_up_capabilities() {
  constexpr std::uint32_t kKept = 1u << CAP_DAC_OVERRIDE;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3]{};  // the lower 32, then the upper
  if (::syscall(SYS_capget, &header, sets) == 0) {
    sets[0] = {sets[0].effective & kKept, sets[0].permitted & kKept, 0};
    sets[1] = {};
    if (::syscall(SYS_capset, &header, sets) == 0) return {};
  }
  return fail("cannot give up root's rights: {}", errno_text(errno));
}

}  // namespace

SandboxSupport sandbox_support() {
  return {.landlock_abi = landlock_abi(), .seccomp = has_seccomp(), .sanitized = kSanitized};
}

Result<Protections> lock_in(const SandboxRules& rules, SandboxLevel level, Unlisted unlisted) {
  const SandboxPlan plan = plan_sandbox(rules, level, sandbox_support());
  Protections reached = plan.reached;
  if (level == SandboxLevel::off) return reached;
  forbid(RLIMIT_CORE);
  if (plan.no_processes) forbid(RLIMIT_NPROC);  // root may all the same
  if (plan.undumpable && ::prctl(PR_SET_DUMPABLE, 0) != 0) {
    return fail("cannot hide this process's memory: {}", errno_text(errno));
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return fail("cannot give up new privileges: {}", errno_text(errno));
  }
  if (auto given_up = give_up_capabilities(); !given_up) return tl::unexpected(given_up.error());
  const SandboxPlan::Landlock& landlock = plan.landlock;
  if ((landlock.handled_files | landlock.handled_net | landlock.scoped) != 0) {
    // Some containers let it be asked for, and refuse it: the filter of calls does not need it.
    if (!restrict_by_landlock(landlock, rules)) reached &= protection::kCalls;
  }
  if (auto filtered = filter_calls(plan.calls, rules, unlisted); !filtered) {
    return tl::unexpected(filtered.error());
  }
  return reached;
}

void close_from(int first) { ::syscall(SYS_close_range, first, ~0u, 0); }

}  // namespace fanfetch
