#include "common/curl/curl_url.h"

#include <curl/curl.h>

#include <new>

namespace fanfetch {
namespace {

CURLUPart to_curl(CurlUrl::Part part) {
  switch (part) {
    case CurlUrl::Part::url: return CURLUPART_URL;
    case CurlUrl::Part::scheme: return CURLUPART_SCHEME;
    case CurlUrl::Part::user: return CURLUPART_USER;
    case CurlUrl::Part::password: return CURLUPART_PASSWORD;
    case CurlUrl::Part::host: return CURLUPART_HOST;
    case CurlUrl::Part::port: return CURLUPART_PORT;
    case CurlUrl::Part::path: return CURLUPART_PATH;
    case CurlUrl::Part::query: return CURLUPART_QUERY;
    case CurlUrl::Part::fragment: return CURLUPART_FRAGMENT;
    case CurlUrl::Part::zone: return CURLUPART_ZONEID;
  }
  return CURLUPART_URL;
}

unsigned to_curl(CurlUrl::Form form) {
  switch (form) {
    case CurlUrl::Form::as_is: return 0;
    case CurlUrl::Form::percent_decoded: return CURLU_URLDECODE;
    case CurlUrl::Form::punycode: return CURLU_PUNYCODE;
  }
  return 0;
}

bool is_absent(CURLUcode code) {
  return code == CURLUE_NO_USER || code == CURLUE_NO_PASSWORD || code == CURLUE_NO_QUERY ||
         code == CURLUE_NO_FRAGMENT || code == CURLUE_NO_ZONEID || code == CURLUE_NO_PORT ||
         code == CURLUE_NO_HOST;
}

}  // namespace

void CurlUrl::Free::operator()(void* handle) const {
  curl_url_cleanup(static_cast<CURLU*>(handle));
}

CurlUrl::CurlUrl() : handle_(curl_url()) {
  if (!handle_) throw std::bad_alloc();
}

std::optional<CurlUrl::Problem> CurlUrl::read(const std::string& text, Encode encode,
                                              Schemes schemes) {
  unsigned flags = 0;
  if (encode == Encode::yes) flags |= CURLU_URLENCODE;
  if (schemes == Schemes::all) flags |= CURLU_NON_SUPPORT_SCHEME;
  const CURLUcode code =
      curl_url_set(static_cast<CURLU*>(handle_.get()), CURLUPART_URL, text.c_str(), flags);
  if (code == CURLUE_OK) return std::nullopt;
  return Problem{code == CURLUE_BAD_SCHEME, curl_url_strerror(code)};
}

std::optional<std::string> CurlUrl::part(Part part, Form form) const {
  char* text = nullptr;
  const CURLUcode code =
      curl_url_get(static_cast<CURLU*>(handle_.get()), to_curl(part), &text, to_curl(form));
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  if (code == CURLUE_OK) return text;
  return is_absent(code) ? std::optional<std::string>("") : std::nullopt;
}

}  // namespace fanfetch
