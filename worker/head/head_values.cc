#include "worker/head/head_values.h"

#include "common/url_text.h"

namespace fanfetch {

std::string kept_value(const ResponseHead& head, std::string_view name) {
  return std::string(head.first(name).substr(0, kMaxHeaderValue));
}

Response response_of(const ResponseHead& head, const std::string& url) {
  Response response{.http_status = head.status(),
                    .content_type = kept_value(head, "Content-Type"),
                    .etag = kept_value(head, "ETag"),
                    .last_modified = kept_value(head, "Last-Modified"),
                    .retry_after = kept_value(head, "Retry-After")};
  const std::string_view location = head.first("Location");
  if (!location.empty()) response.location = resolve_url(url, location);
  return response;
}

bool has_uncertain_end(const ResponseHead& head) {
  return head.version() == HttpVersion::http_2 && !head.body_length();
}

}  // namespace fanfetch
