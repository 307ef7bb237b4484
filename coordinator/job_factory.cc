#include "coordinator/job_factory.h"

#include <utility>

namespace fanfetch {
namespace {

std::string short_enough(const std::optional<std::string>& validator) {
  return validator && validator->size() <= kMaxValidatorBytes ? *validator : "";
}

}  // namespace

Job JobFactory::make(const Link& link, const Url& url, Route route) const {
  Job job;
  job.url = url.text;
  job.part_name = to_hex(link.hash);
  job.user_agent = options_.user_agent;
  job.proxy = std::move(route.proxy);
  job.connect_host = std::move(route.host);
  job.connect_port = route.port;
  job.addresses = std::move(route.addresses);

  const bool same_origin = url.origin() == link.url.origin();
  if (same_origin) {
    job.headers = options_.headers;
    job.userinfo = link.url.userinfo;
  }
  const bool downgraded = link.url.scheme == "https" && url.scheme == "http";
  for (const auto& [host, header] : options_.host_headers) {
    if (host == url.host && !downgraded) job.headers.push_back(header);
  }

  if (link.earlier && link.earlier->record.status == Status::saved) {
    job.if_none_match = short_enough(link.earlier->record.etag);
    job.if_modified_since = short_enough(link.earlier->record.last_modified);
  }
  job.timeout = options_.timeout;
  job.connect_timeout = options_.connect_timeout;
  job.stall_timeout = options_.stall_timeout;
  job.min_speed = options_.min_speed;
  job.max_size = options_.max_size;
  job.hash_content = options_.hash_content;
  job.verify_tls = options_.verify_tls;
  return job;
}

}  // namespace fanfetch
