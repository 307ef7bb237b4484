#include "worker/head/answer.h"

#include <string_view>

#include "common/url.h"
#include "worker/head/content_disposition.h"

namespace fanfetch {

std::string header_value(CURL* easy, const char* name) {
  curl_header* header = nullptr;
  if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return "";
  return std::string(std::string_view(header->value).substr(0, kMaxHeaderValue));
}

std::vector<std::string> header_values(CURL* easy, const char* name) {
  std::vector<std::string> values;
  curl_header* header = nullptr;
  while (curl_easy_header(easy, name, values.size(), CURLH_HEADER, -1, &header) == CURLHE_OK) {
    values.emplace_back(std::string_view(header->value).substr(0, kMaxHeaderValue));
  }
  return values;
}

std::string read_suggested_name(CURL* easy) {
  curl_header* header = nullptr;
  if (curl_easy_header(easy, "Content-Disposition", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
    return "";
  }
  return suggested_name(header->value);  // whole: percent-encoded, a name is three times as long
}

int http_status(CURL* easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

std::optional<std::uint64_t> announced_length(CURL* easy) {
  curl_off_t length = -1;
  curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length < 0) return std::nullopt;
  return static_cast<std::uint64_t>(length);
}

bool has_uncertain_end(CURL* easy) {
  long version = 0;
  curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
  return version == CURL_HTTP_VERSION_2_0 && !announced_length(easy);
}

Response read_response(CURL* easy, const std::string& url) {
  Response response;
  response.http_status = http_status(easy);
  response.content_type = header_value(easy, "Content-Type");
  response.etag = header_value(easy, "ETag");
  response.last_modified = header_value(easy, "Last-Modified");
  response.retry_after = header_value(easy, "Retry-After");
  // libcurl resolves it too, but only once it has read the whole body, however long that is.
  curl_header* location = nullptr;
  if (curl_easy_header(easy, "Location", 0, CURLH_HEADER, -1, &location) == CURLHE_OK) {
    response.location = resolve_url(url, location->value);
  }
  return response;
}

BodyHeaders read_body_headers(CURL* easy) {
  return {.status = http_status(easy),
          .length = announced_length(easy),
          .etag = header_value(easy, "ETag"),
          .content_type = header_value(easy, "Content-Type"),
          .last_modified = header_value(easy, "Last-Modified"),
          .content_encoding = header_value(easy, "Content-Encoding"),
          .transfer_encoding = header_value(easy, "Transfer-Encoding"),
          .content_range = header_value(easy, "Content-Range"),
          .accept_ranges = header_value(easy, "Accept-Ranges")};
}

}  // namespace fanfetch
