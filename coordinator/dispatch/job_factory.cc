#include "coordinator/dispatch/job_factory.h"

#include <algorithm>
#include <utility>

#include "common/ascii.h"
#include "coordinator/names/content_name.h"

namespace fanfetch {
namespace {

/// Empty: it cannot be sent. A ledger may hold what an older version took from a header as it came.
std::string sendable(const std::optional<std::string>& validator) {
  if (!validator) return "";
  const std::string_view value = trimmed(*validator);
  return value.size() <= kMaxValidatorBytes && !has_control(value) ? std::string(value) : "";
}

std::string_view name_of(std::string_view header) { return header.substr(0, header.find(':')); }

/// Those of the link's own list, and the common ones of other names.
std::vector<std::string> headers_of(const Link& link, const std::vector<std::string>& common) {
  std::vector<std::string> headers = link.headers;
  for (const std::string& header : common) {
    const bool replaced = std::any_of(
        link.headers.begin(), link.headers.end(),
        [&](const std::string& own) { return is_same_word(name_of(own), name_of(header)); });
    if (!replaced) headers.push_back(header);
  }
  return headers;
}

}  // namespace

Job JobFactory::make(const Link& link, const Url& url, Route route,
                     WasEncrypted was_encrypted) const {
  Job job;
  job.url = url.request;
  job.part_name = to_hex(link.hash);
  job.earlier_part = rules_.earlier_parts;
  job.user_agent = rules_.user_agent;
  job.proxy = std::move(route.proxy);
  job.connect_host = std::move(route.host);
  job.connect_port = route.port;
  job.addresses = std::move(route.addresses);

  const bool same_origin = &url == &link.url || url.origin() == link.url.origin();
  if (same_origin) {
    job.headers = headers_of(link, rules_.headers);
    job.userinfo = link.url.userinfo;
  }
  for (const auto& header : rules_.host_headers) {
    if (goes_to(header, url, link.url, was_encrypted)) job.headers.push_back(header.header);
  }

  if (link.earlier && link.earlier->record.status == Status::saved) {
    job.if_none_match = sendable(link.earlier->record.etag);
    job.if_modified_since = sendable(link.earlier->record.last_modified);
  }
  const bool by_list = link.name_given && !has_file_extension(link.url);
  job.link_extension = extension_of_path(by_list ? link.name : percent_decode(link.url.path));
  job.accept_types = rules_.accept_types;
  job.min_size = rules_.min_size;
  job.respect_robots_tag = rules_.respect_robots_tag;
  job.check = rules_.check;
  job.timeout = rules_.timeout;
  job.connect_timeout = rules_.connect_timeout;
  job.stall_timeout = rules_.stall_timeout;
  job.min_speed = rules_.min_speed;
  job.max_size = rules_.max_size;
  job.hash_content = rules_.hash_content;
  job.verify_tls = rules_.verify_tls;
  // To hold one stream back, libcurl would let its server fill a window of 32 MB.
  job.http2 = rules_.limit_rate > 0 ? Http2::no : rules_.http2;
  return job;
}

}  // namespace fanfetch
