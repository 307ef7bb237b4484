#include "coordinator/commands/fleet/fleet_look.h"

#include <cstdlib>
#include <utility>

#include "coordinator/fleet/run/survey_desk.h"

namespace fanfetch {

Result<FleetAccess> access_of(const FleetLook& look, std::string client_name) {
  auto auth = read_redis_auth(std::getenv("FANFETCH_FLEET_AUTH"), look.auth_file);
  if (!auth) return tl::unexpected(std::move(auth.error()));
  auto authorities = fleet_authorities(look.address, look.ca_file);
  if (!authorities) return tl::unexpected(std::move(authorities.error()));
  return FleetAccess{.address = look.address,
                     .auth = std::move(*auth),
                     .authorities = std::move(*authorities),
                     .resolver = {},
                     .max_away = kLookerWaits,
                     .client_name = std::move(client_name)};
}

}  // namespace fanfetch
