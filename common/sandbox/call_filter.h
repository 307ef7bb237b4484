#pragma once

#include <string>

#include "common/result.h"
#include "common/sandbox/sandbox_rules.h"

namespace fanfetch {

/// `libseccomp 2.5.4`
[[nodiscard]] std::string seccomp_library_version();

/// What happens to a call that is neither needed nor an intruder's: a library may try it, and go on
/// without.
enum class Unlisted { refused, trapped };
/// In builds with assertions it ends the process, so that tests find what the list lacks: the call
/// is named on stderr first.
#ifdef NDEBUG
inline constexpr Unlisted kUnlisted = Unlisted::refused;
#else
inline constexpr Unlisted kUnlisted = Unlisted::trapped;
#endif

/// Installs a seccomp filter for all threads and for good; sets no_new_privs.
///
/// `descriptors`: a shared descriptor cannot be made blocking. Without O_NONBLOCK a full eventfd
/// would block the coordinator in its next write (measured).
/// `needed`: what `rules` need is allowed. What only an intruder calls (another program, process or
/// kind of socket, a look into another process, a mount …) kills the process: SIGSYS. All else is
/// `unlisted`. Costs nothing for most calls: the kernel knows those that a filter always allows,
/// and does not run it for them (since Linux 5.11). Error: this kernel has no seccomp, or there is
/// no memory.
[[nodiscard]] Result<> filter_calls(SandboxPlan::Calls calls, const SandboxRules& rules,
                                    Unlisted unlisted = kUnlisted);

/// Whether this kernel filters calls.
[[nodiscard]] bool has_seccomp();

}  // namespace fanfetch
