#pragma once

#include "common/result.h"

namespace fanfetch {

/// Installs a seccomp filter, permanently, that stops this process from making a shared descriptor
/// blocking: without O_NONBLOCK a full eventfd would block the coordinator in its next write
/// (measured). Sets no_new_privs. Error: this kernel has no seccomp.
[[nodiscard]] Result<> keep_descriptors_nonblocking();

}  // namespace fanfetch
