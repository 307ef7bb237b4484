#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/sandbox/lock_in.h"

namespace fanfetch {

/// The worker locks itself in: from here on it can connect to TCP ports (to `ports` alone, if there
/// are any), and make and change files of `part_folder`, a descriptor. See lock_in().
[[nodiscard]] Result<Protections> lock_worker(SandboxLevel level, std::vector<std::uint16_t> ports,
                                              int part_folder, Unlisted unlisted = kUnlisted);

/// Does once what a worker does all the time. Error: the sandbox does not let it. What a full disk
/// or a shortage refuses is not the sandbox's doing.
[[nodiscard]] Result<> test_sandbox(int part_folder);

/// `3128,1080`; what is no port is left out.
[[nodiscard]] std::vector<std::uint16_t> read_ports(std::string_view text);

}  // namespace fanfetch
