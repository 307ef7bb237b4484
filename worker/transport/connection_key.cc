#include "worker/transport/connection_key.h"

#include <string_view>

#include "common/url.h"

namespace fanfetch {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

std::string_view origin_of(std::string_view url) {
  const std::size_t host = url.find("://");
  return url.substr(0, host == std::string_view::npos ? host : url.find_first_of("/?", host + 3));
}

}  // namespace

std::string connection_key(const Job& job) {
  std::string key(job.verify_tls == VerifyTls::yes ? "" : "insecure ");
  if (!job.proxy.empty()) key.append(job.proxy) += ' ';
  if (!is_forwarded(job)) key.append(origin_of(job.url));
  return key;
}

bool is_forwarded(const Job& job) {
  return job.url.starts_with(kHttp) &&
         (job.proxy.starts_with(kHttp) || job.proxy.starts_with(kHttps));
}

bool uses_tls(const Job& job) {
  return job.url.starts_with(kHttps) || job.proxy.starts_with(kHttps);
}

std::string proxy_userinfo(const Job& job) {
  const std::size_t begin = job.proxy.find("://");
  const std::size_t at = job.proxy.rfind('@');
  if (begin == std::string::npos || at == std::string::npos) return "";
  return percent_decode(std::string_view(job.proxy).substr(begin + 3, at - begin - 3));
}

}  // namespace fanfetch
