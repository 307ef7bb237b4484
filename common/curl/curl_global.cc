#include "common/curl/curl_global.h"

#include <curl/curl.h>

#include <algorithm>
#include <string_view>

namespace fanfetch {

CurlGlobal::CurlGlobal() {
  if (const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK) {
    throw CurlError(std::string("libcurl cannot be set up: ") + curl_easy_strerror(code));
  }
}

CurlGlobal::~CurlGlobal() { curl_global_cleanup(); }

std::string curl_versions() {
  std::string versions;
  std::string_view rest = curl_version();  // "libcurl/7.88.1 … libpsl/0.21.2 (+libidn2/2.3.3) …"
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (!rest.starts_with('(')) {
      versions.append(versions.empty() ? "" : ", ").append(rest.substr(0, end));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::ranges::replace(versions, '/', ' ');
  return versions;
}

std::string built_in_ca_file() {
  const char* file = curl_version_info(CURLVERSION_NOW)->cainfo;
  return file != nullptr ? file : "";
}

std::optional<std::time_t> parse_date(const std::string& text) {
  const std::time_t time = curl_getdate(text.c_str(), nullptr);
  return time < 0 ? std::nullopt : std::optional(time);
}

}  // namespace fanfetch
