#include "common/curl/curl_global.h"

#include <curl/curl.h>

namespace fanfetch {

CurlGlobal::CurlGlobal() {
  if (const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK) {
    throw CurlError(std::string("libcurl cannot be set up: ") + curl_easy_strerror(code));
  }
}

CurlGlobal::~CurlGlobal() { curl_global_cleanup(); }

std::string built_in_ca_file() {
  const char* file = curl_version_info(CURLVERSION_NOW)->cainfo;
  return file != nullptr ? file : "";
}

std::optional<std::time_t> parse_date(const std::string& text) {
  const std::time_t time = curl_getdate(text.c_str(), nullptr);
  return time < 0 ? std::nullopt : std::optional(time);
}

}  // namespace fanfetch
