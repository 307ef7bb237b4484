#include "worker/transport/request.h"

#include <strings.h>

#include <string_view>

#include "worker/transport/known_hosts.h"

namespace fanfetch {
namespace {

constexpr std::string_view kAcceptEncoding = "Accept-Encoding:";
constexpr std::size_t kBufferBytes = 64 * 1024;

CurlList make_headers(const Job& job, const Rest& rest) {
  CurlList list;
  bool asks_for_encoding = false;  // the user's own header wins
  for (const auto& header : job.headers) {
    list.append(header);
    asks_for_encoding |=
        ::strncasecmp(header.c_str(), kAcceptEncoding.data(), kAcceptEncoding.size()) == 0;
  }
  if (!asks_for_encoding) list.append("Accept-Encoding: identity");
  if (!job.if_none_match.empty()) list.append("If-None-Match: " + job.if_none_match);
  if (!job.if_modified_since.empty()) list.append("If-Modified-Since: " + job.if_modified_since);
  if (rest.offset > 0) list.append("If-Range: " + rest.etag);
  return list;
}

}  // namespace

CurlList set_request(CurlEasy& easy, const Job& job, const Rest& rest) {
  CurlList headers = make_headers(job, rest);
  easy.set_url(job.url);
  easy.set_headers(headers);
  easy.set_user_agent(job.user_agent);
  // Set also when empty: it keeps libcurl from looking into the environment.
  easy.set_proxy(job.proxy);
  if (!job.userinfo.empty()) easy.set_basic_auth(job.userinfo);
  easy.set_range(rest.offset > 0 ? std::to_string(rest.offset) + '-' : "");
  easy.set_http(job.http2 == Http2::yes ? CurlEasy::Http::v2_over_tls : CurlEasy::Http::v1_1);
  easy.set_verify_tls(job.verify_tls == VerifyTls::yes);
  easy.set_buffer_size(kBufferBytes);
  easy.set_connect_timeout(job.connect_timeout);
  easy.set_timeout(job.timeout);
  easy.set_stall_limit(job.stall_timeout, job.min_speed);
  return headers;
}

void set_addresses(CurlEasy& easy, const Job& job, const CurlList& entries) {
  easy.set_addresses(entries);
  // libcurl would ask for an address, too, before it reads it as one.
  const bool literal = is_literal(job);
  easy.set_lookup(literal ? CurlEasy::Lookup::by_libcurl : CurlEasy::Lookup::forbidden);
  // Names leave its cache only when KnownHosts says so: to look for outdated ones, libcurl would go
  // through all of them for each transfer. Literals enter by themselves, and leave immediately: a
  // list cannot name IPv6 ones (7.88).
  easy.set_name_cache(literal ? CurlEasy::NameCache::none : CurlEasy::NameCache::for_ever);
}

bool is_conditional(const Job& job) {
  return !job.if_none_match.empty() || !job.if_modified_since.empty();
}

}  // namespace fanfetch
