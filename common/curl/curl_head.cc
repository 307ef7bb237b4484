#include "common/curl/curl_head.h"

#include <curl/curl.h>

#include "common/curl/curl_handle.h"

namespace fanfetch {
namespace {

HttpVersion http_version(CURL* curl) {
  long version = 0;
  curl_easy_getinfo(curl, CURLINFO_HTTP_VERSION, &version);
  switch (version) {
    case CURL_HTTP_VERSION_1_0: return HttpVersion::http_1_0;
    case CURL_HTTP_VERSION_1_1: return HttpVersion::http_1_1;
    case CURL_HTTP_VERSION_2_0: return HttpVersion::http_2;
    case CURL_HTTP_VERSION_3: return HttpVersion::http_3;
    default: return HttpVersion::unknown;
  }
}

}  // namespace

ResponseHead read_head(const CurlEasy& easy) {
  CURL* const curl = easy.handle_->curl;
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status == 0) return {};
  ResponseHead head(static_cast<int>(status), http_version(curl));
  curl_off_t length = -1;
  curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length >= 0) head.set_body_length(static_cast<std::uint64_t>(length));
  // libcurl looks through all lines for each one (7.88), so the head's limit bounds the time, too.
  curl_header* line = nullptr;
  while ((line = curl_easy_nextheader(curl, CURLH_HEADER, -1, line)) != nullptr) {
    if (!head.add(line->name, line->value)) break;
  }
  return head;
}

}  // namespace fanfetch
