#include "worker/transports.h"

namespace fanfetch {

Engine engine_of_this_program() { return Engine::libcurl; }

}  // namespace fanfetch
