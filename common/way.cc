#include "common/way.h"

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

std::string way_key(std::string_view url, std::string_view proxy) {
  std::string key(proxy);
  if (!proxy.empty()) key += ' ';
  if (!is_forwarded(url, proxy)) key.append(origin_of(url));
  return key;
}

bool is_forwarded(std::string_view url, std::string_view proxy) {
  return url.starts_with(kHttp) && (proxy.starts_with(kHttp) || proxy.starts_with(kHttps));
}

bool uses_tls(std::string_view url, std::string_view proxy) {
  return url.starts_with(kHttps) || proxy.starts_with(kHttps);
}

std::string proxy_userinfo(std::string_view proxy) {
  const std::size_t begin = proxy.find("://");
  const std::size_t at = proxy.rfind('@');
  if (begin == std::string_view::npos || at == std::string_view::npos) return "";
  return percent_decode(proxy.substr(begin + 3, at - begin - 3));
}

std::string write_on_way(const HttpRequest& request, std::string_view proxy) {
  if (!is_forwarded(request.url, proxy)) return write_request(request, TargetForm::origin);
  return write_request(request, TargetForm::absolute, proxy_userinfo(proxy));
}

}  // namespace fanfetch
