#include "coordinator/job_factory.h"

namespace fanfetch {
namespace {

std::string short_enough(const std::optional<std::string>& validator) {
  return validator && validator->size() <= kMaxValidatorBytes ? *validator : "";
}

}  // namespace

JobFactory::JobFactory(const Options& options)
    : options_(options),
      proxies_(options.proxy_given ? std::optional(options.proxy) : std::nullopt) {}

Job JobFactory::make(const Link& link, const Url& url) const {
  Job job;
  job.url = url.text;
  job.part_name = to_hex(link.hash);
  job.user_agent = options_.user_agent;
  job.proxy = proxies_.proxy_for(url);

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
  // The proxy is the user's own word; what lies behind it, it resolves itself.
  job.private_addresses =
      job.proxy.empty() ? options_.private_addresses : PrivateAddresses::unchecked;
  job.verify_tls = options_.verify_tls;
  // To hold one stream back, libcurl would let its server fill a window of 32 MB.
  job.http2 = options_.limit_rate > 0 ? Http2::no : options_.http2;
  return job;
}

}  // namespace fanfetch
