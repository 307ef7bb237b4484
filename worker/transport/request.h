#pragma once

#include "common/http/request.h"
#include "common/job.h"
#include "worker/store/resume.h"

namespace fanfetch {

/// What is asked of the server for `job`: all of it, or `rest`. Pure.
[[nodiscard]] HttpRequest make_request(const Job& job, const Rest& rest);

/// Asks for the file only if it has changed, so that a 304 is a good response.
[[nodiscard]] bool is_conditional(const Job& job);

}  // namespace fanfetch
