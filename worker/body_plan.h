#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/http/response_head.h"
#include "common/job.h"
#include "worker/check/content_check.h"
#include "worker/store/sidecar.h"

namespace fanfetch {

// What a response's head says about the body that follows. Pure.

/// What to do with a body.
enum class BodyPlan {
  ignore,         ///< It is not the file: an error page, a redirect's text.
  forbidden,      ///< It is the file, or its rest, but robots_rejection() says why it is not used.
  store,          ///< It is the whole file.
  resume,         ///< It is the rest of the part.
  outdated_part,  ///< The part does not belong to what the server has now: ask for the whole.
  uncertain_end,  ///< A cut could not be told from its end: ask by HTTP/1.1.
  too_large,      ///< Its length is over the job's limit.
  too_coded,      ///< It has more than kMaxCodings.
};

/// An earlier attempt's part, whose rest was asked for.
struct AskedRest {
  const Sidecar& part;
  std::uint64_t offset = 0;  ///< Bytes of the file that are there.
};

/// `rest`: nullopt if the whole was asked for.
[[nodiscard]] BodyPlan plan_body(const Job& job, const ResponseHead& head,
                                 const std::optional<AskedRest>& rest);

/// Why the job must not use the response, by the server's X-Robots-Tag; nullopt: it may.
[[nodiscard]] std::optional<Rejection> robots_rejection(const Job& job, const ResponseHead& head);

}  // namespace fanfetch
