#include "worker/body_plan.h"

#include <fmt/format.h>

#include <string>

#include "common/decode/decoder.h"
#include "worker/check/robots_tag.h"
#include "worker/head/head_values.h"
#include "worker/store/resume.h"
#include "worker/transport/failures.h"

namespace fanfetch {
namespace {

constexpr int kRangeNotSatisfiable = 416;

bool is_too_large(const Job& job, std::uint64_t size) {
  return job.max_size != 0 && size > job.max_size;
}

BodyPlan plan_whole(const Job& job, const ResponseHead& head) {
  if (has_uncertain_end(head)) return BodyPlan::uncertain_end;
  if (is_too_large(job, head.body_length().value_or(0))) return BodyPlan::too_large;
  return content_codings(head).size() > kMaxCodings ? BodyPlan::too_coded : BodyPlan::store;
}

}  // namespace

BodyPlan plan_body(const Job& job, const ResponseHead& head, const std::optional<AskedRest>& rest) {
  if (head.is_too_long()) return BodyPlan::ignore;
  // A 200 means nothing by a Content-Range (RFC 9110, 14.4), unless a range was asked for: then
  // nobody knows which of the two is true.
  const bool whole = is_whole_body(head.status());
  const bool about_rest =
      rest && (head.status() == kPartialContent || head.status() == kRangeNotSatisfiable ||
               (whole && !head.lines("Content-Range").empty()));
  if (!whole && !about_rest) return BodyPlan::ignore;
  if (about_rest && !continues_part(head, rest->part, rest->offset)) {
    return BodyPlan::outdated_part;
  }
  if (robots_rejection(job, head)) return BodyPlan::forbidden;
  if (whole) return plan_whole(job, head);
  return is_too_large(job, rest->part.length) ? BodyPlan::too_large : BodyPlan::resume;
}

std::optional<Rejection> robots_rejection(const Job& job, const ResponseHead& head) {
  if (!job.respect_robots_tag) return std::nullopt;
  const auto objection = robots_objection(head, product_name(job.user_agent));
  if (!objection) return std::nullopt;
  return Rejection{.error = ErrorClass::filtered,
                   .message = fmt::format("its X-Robots-Tag says {}", *objection)};
}

}  // namespace fanfetch
