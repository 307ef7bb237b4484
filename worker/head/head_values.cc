#include "worker/head/head_values.h"

#include "common/url_text.h"

namespace fanfetch {

std::string kept_value(const ResponseHead& head, std::string_view name) {
  return std::string(head.first(name).substr(0, kMaxHeaderValue));
}

namespace {

/// "" too if several lines contradict each other: nobody knows which of them is true.
std::string agreed_value(const ResponseHead& head, std::string_view name) {
  const std::string_view first = head.first(name);
  bool agreed = true;
  head.each(name, [&](std::string_view value) { agreed = agreed && value == first; });
  return agreed ? kept_value(head, name) : "";
}

}  // namespace

Response response_of(const ResponseHead& head, const std::string& url) {
  Response response{.http_status = head.status(),
                    .content_type = kept_value(head, "Content-Type"),
                    .etag = agreed_value(head, "ETag"),
                    .last_modified = agreed_value(head, "Last-Modified"),
                    .retry_after = kept_value(head, "Retry-After")};
  const std::string_view location = head.first("Location");
  if (!location.empty()) response.location = resolve_url(url, location);
  return response;
}

bool has_uncertain_end(const ResponseHead& head) {
  return head.version() == HttpVersion::http_2 && !head.body_length();
}

}  // namespace fanfetch
