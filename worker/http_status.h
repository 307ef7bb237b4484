#pragma once

#include "common/outcome.h"

namespace fanfetch {

/// The body of such an answer is the file, whole.
[[nodiscard]] bool is_whole_body(int http_status);

/// Such an answer points elsewhere, if it names a place.
[[nodiscard]] bool is_redirect(int http_status);

/// What an answer that is neither means: its class, and whether another try is worth it.
[[nodiscard]] Failed status_failure(Response response);

}  // namespace fanfetch
