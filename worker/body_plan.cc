#include "worker/body_plan.h"

#include <fmt/format.h>

#include <string>

#include "worker/check/robots_tag.h"
#include "worker/head/head_values.h"
#include "worker/store/resume.h"
#include "worker/transport/failures.h"

namespace fanfetch {
namespace {

constexpr int kPartialContent = 206;
constexpr int kRangeNotSatisfiable = 416;

/// Files whose gzip is their content, not a way to carry it.
bool is_gzip_file(std::string_view url) {
  const auto path = url.substr(0, url.find('?'));
  return path.ends_with(".gz") || path.ends_with(".tgz") || path.ends_with(".svgz");
}

bool is_too_large(const Job& job, std::uint64_t size) {
  return job.max_size != 0 && size > job.max_size;
}

BodyPlan plan_whole(const Job& job, const ResponseHead& head) {
  if (has_uncertain_end(head)) return BodyPlan::uncertain_end;
  if (is_too_large(job, head.body_length().value_or(0))) return BodyPlan::too_large;
  const std::string encoding = head.joined("Content-Encoding");
  if (is_gzip(encoding)) return is_gzip_file(job.url) ? BodyPlan::store : BodyPlan::store_gunzip;
  return is_identity(encoding) ? BodyPlan::store : BodyPlan::undecodable;
}

}  // namespace

BodyPlan plan_body(const Job& job, const ResponseHead& head, const std::optional<AskedRest>& rest) {
  if (head.is_too_long()) return BodyPlan::ignore;
  const bool whole = is_whole_body(head.status());
  const bool about_rest =
      rest && (head.status() == kPartialContent || head.status() == kRangeNotSatisfiable);
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
  return Rejection{ErrorClass::filtered, fmt::format("its X-Robots-Tag says {}", *objection)};
}

}  // namespace fanfetch
