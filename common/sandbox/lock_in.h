#pragma once

#include "common/result.h"
#include "common/sandbox/call_filter.h"
#include "common/sandbox/sandbox_rules.h"

namespace fanfetch {

/// Asks the kernel.
[[nodiscard]] SandboxSupport sandbox_support();

/// Takes from this process, for good, all but what `rules` need, as far as `level` and the kernel
/// go. In this order: limits, no_new_privs, capabilities, Landlock, seccomp. Returns what holds it
/// back then.
/// Error: the kernel refuses one of them, but for Landlock; part of it may be installed.
/// REQUIRES: the process has one thread, and all that it will read from other files, and all that
/// libraries load late, is in memory.
[[nodiscard]] Result<Protections> lock_in(const SandboxRules& rules, SandboxLevel level,
                                          Unlisted unlisted = kUnlisted);

/// Closes all descriptors from `first` on.
void close_from(int first);

}  // namespace fanfetch
