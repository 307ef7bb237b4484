#pragma once

#include <string>
#include <string_view>

#include "coordinator/control/live_run.h"

namespace fanfetch {

// Each answer is one JSON object in one line, and begins with `"schema":1,"ok":true` or
// `"schema":1,"ok":false,"error":KIND,"message":SENTENCE`; KIND: `bad_request`, `bad_value`,
// `not_allowed`, `paused_elsewhere`, `ending`.

/// Does what `line`, without its LF, asks of `run`, and returns the answer with its LF. Pure but
/// for what `run` does.
[[nodiscard]] std::string answer(LiveRun& run, std::string_view line);

enum class Refusal { bad_request, bad_value, not_allowed, paused_elsewhere, ending };
/// The answer that nothing has been done, and why.
[[nodiscard]] std::string refusal(Refusal kind, std::string_view message);

}  // namespace fanfetch
