#pragma once

#include <cstdint>

#include "common/result.h"
#include "common/sandbox/sandbox_rules.h"

namespace fanfetch {

// The kernel's interface (linux/landlock.h), defined here: Debian 12's headers know ABI 2 alone.
namespace landlock {
inline constexpr std::uint64_t kExecute = 1ull << 0, kWriteFile = 1ull << 1, kReadFile = 1ull << 2,
                               kReadDir = 1ull << 3, kRemoveDir = 1ull << 4,
                               kRemoveFile = 1ull << 5, kMakeChar = 1ull << 6, kMakeDir = 1ull << 7,
                               kMakeReg = 1ull << 8, kMakeSock = 1ull << 9, kMakeFifo = 1ull << 10,
                               kMakeBlock = 1ull << 11, kMakeSym = 1ull << 12;
inline constexpr std::uint64_t kRefer = 1ull << 13;     // ABI 2
inline constexpr std::uint64_t kTruncate = 1ull << 14;  // ABI 3
inline constexpr std::uint64_t kIoctlDev = 1ull << 15;  // ABI 5

inline constexpr std::uint64_t kBindTcp = 1ull << 0, kConnectTcp = 1ull << 1;  // ABI 4

inline constexpr std::uint64_t kScopeAbstractUnix = 1ull << 0, kScopeSignal = 1ull << 1;  // ABI 6
}  // namespace landlock

/// 0: this kernel has no Landlock, or it is switched off.
[[nodiscard]] int landlock_abi();

/// Restricts this thread for good, and all that it starts. Allows what `rules` name, as far as
/// `plan` has masks for it. REQUIRES: no_new_privs is set; the kernel knows all bits of `plan`.
[[nodiscard]] Result<> restrict_by_landlock(const SandboxPlan::Landlock& plan,
                                            const SandboxRules& rules);

}  // namespace fanfetch
