#include "worker/transport/request.h"

#include <strings.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <string_view>

namespace fanfetch {
namespace {

constexpr std::string_view kAcceptEncoding = "Accept-Encoding:";

void append(HeaderList& list, const std::string& header) {
  curl_slist* longer = curl_slist_append(list.get(), header.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)list.release();
  list.reset(longer);
}

HeaderList make_headers(const Job& job, const Rest& rest) {
  HeaderList list;
  bool asks_for_encoding = false;  // the user's own header wins
  for (const auto& header : job.headers) {
    append(list, header);
    asks_for_encoding |=
        ::strncasecmp(header.c_str(), kAcceptEncoding.data(), kAcceptEncoding.size()) == 0;
  }
  if (!asks_for_encoding) append(list, "Accept-Encoding: identity");
  if (!job.if_none_match.empty()) append(list, "If-None-Match: " + job.if_none_match);
  if (!job.if_modified_since.empty()) append(list, "If-Modified-Since: " + job.if_modified_since);
  if (rest.offset > 0) append(list, "If-Range: " + rest.etag);
  return list;
}

/// Any answer but 0 ends the transfer.
int refuse_lookup(void*, void*, void*) { return 1; }

void set_limits(CURL* easy, const Job& job) {
  using std::chrono::milliseconds;
  // libcurl takes 0 for "the default of 300 s"; a day is none.
  const auto connect =
      job.connect_timeout.count() > 0 ? job.connect_timeout : milliseconds(std::chrono::hours(24));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(job.timeout.count()));
  if (job.stall_timeout.count() > 0) {
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(job.stall_timeout.count()));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT,
                     static_cast<long>(std::max<std::uint32_t>(job.min_speed, 1)));
  }
}

}  // namespace

HeaderList set_request(CURL* easy, const Job& job, const Rest& rest) {
  HeaderList headers = make_headers(job, rest);
  curl_easy_setopt(easy, CURLOPT_URL, job.url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, job.user_agent.c_str());
  // Set also when empty: it keeps libcurl from looking into the environment.
  curl_easy_setopt(easy, CURLOPT_PROXY, job.proxy.c_str());
  if (!job.userinfo.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERPWD, job.userinfo.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
  }
  // Not CURLOPT_RESUME_FROM, which takes a 200 for an error and knows no If-Range.
  const std::string range = std::to_string(rest.offset) + '-';
  curl_easy_setopt(easy, CURLOPT_RANGE, rest.offset > 0 ? range.c_str() : nullptr);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   job.http2 == Http2::yes ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
  set_limits(easy, job);
  const long verify = job.verify_tls == VerifyTls::yes ? 1 : 0;
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2 * verify);
  return headers;
}

HeaderList make_list(const std::vector<std::string>& entries) {
  HeaderList list;
  for (const std::string& entry : entries) append(list, entry);
  return list;
}

void set_addresses(CURL* easy, const Job& job, curl_slist* entries) {
  curl_easy_setopt(easy, CURLOPT_RESOLVE, entries);
  // libcurl would tell of an address too before it reads it as one.
  const bool literal = is_literal(job);
  curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, literal ? nullptr : &refuse_lookup);
  // Names leave its cache by our word alone: to look for outdated ones, libcurl would go through
  // all of them for each transfer. Literals enter by themselves, and leave at once: a list cannot
  // name IPv6 ones (7.88).
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, literal ? 0L : -1L);
}

bool is_conditional(const Job& job) {
  return !job.if_none_match.empty() || !job.if_modified_since.empty();
}

}  // namespace fanfetch
