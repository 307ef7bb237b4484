#pragma once

#include <string>

#include "common/result.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/redis/redis_address.h"

namespace fanfetch {

/// What a command looks at in place of a folder: `--fleet` and what goes with it.
struct FleetLook {
  RedisAddress address;
  std::string job;        ///< Empty: the only one that there is.
  std::string auth_file;  ///< Empty: by the environment.
  std::string ca_file;    ///< Empty: the system's.
};

/// How that Redis is reached. `client_name`: for its CLIENT LIST. Error: a file cannot be read; a
/// sentence.
[[nodiscard]] Result<FleetAccess> access_of(const FleetLook& look, std::string client_name);

}  // namespace fanfetch
