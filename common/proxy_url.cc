#include "common/proxy_url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <new>

namespace fanfetch {
namespace {

struct FreeUrl {
  void operator()(CURLU* handle) const { curl_url_cleanup(handle); }
};

/// Empty: it has no such part.
std::string part(CURLU* handle, CURLUPart which) {
  char* text = nullptr;
  const CURLUcode code = curl_url_get(handle, which, &text, 0);
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  return code == CURLUE_OK ? text : "";
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c != 0x7f; });
}

}  // namespace

Result<ProxyUrl> parse_proxy_url(std::string_view text) {
  static constexpr std::string_view kSchemes[] = {"http",   "https",   "socks4",
                                                  "socks5", "socks4a", "socks5h"};
  if (text.size() > kMaxProxyBytes) return fail("it is longer than {} bytes", kMaxProxyBytes);
  if (!is_printable(text)) return fail("it has a blank, a control or a non-ASCII character");
  const std::unique_ptr<CURLU, FreeUrl> handle(curl_url());
  if (!handle) throw std::bad_alloc();
  const CURLUcode code = curl_url_set(handle.get(), CURLUPART_URL, std::string(text).c_str(),
                                      CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME);
  if (code != CURLUE_OK) {
    return fail("{}; a proxy is written http://HOST:PORT", curl_url_strerror(code));
  }
  ProxyUrl proxy{.scheme = part(handle.get(), CURLUPART_SCHEME),
                 .host = part(handle.get(), CURLUPART_HOST)};
  if (std::find(std::begin(kSchemes), std::end(kSchemes), proxy.scheme) == std::end(kSchemes)) {
    return fail("it is none of http://, https://, socks4://, socks4a://, socks5://, socks5h://");
  }
  const std::string port = part(handle.get(), CURLUPART_PORT);
  const std::uint16_t usual = proxy.scheme == "https" ? 443 : 1080;
  proxy.port = port.empty() ? usual : static_cast<std::uint16_t>(std::stoul(port));
  if (proxy.port == 0) return fail("its port is 0");
  return proxy;
}

}  // namespace fanfetch
