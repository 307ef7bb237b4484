#pragma once

#include "common/result.h"

namespace fanfetch {

/// Takes from this process, for good, the means to make a shared descriptor blocking: without
/// O_NONBLOCK a filled eventfd would hang the coordinator in its next write (measured). Sets
/// no_new_privs. Error: this kernel has no seccomp.
[[nodiscard]] Result<> keep_descriptors_nonblocking();

}  // namespace fanfetch
