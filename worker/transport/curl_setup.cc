#include "worker/transport/curl_setup.h"

#include "worker/transport/known_hosts.h"

namespace fanfetch {

CurlEasy CurlSetup::make(const Job& job) const {
  CurlEasy easy;
  easy.set_url(job.url);
  // Set also when empty: it keeps libcurl from looking into the environment.
  easy.set_proxy(job.proxy);
  easy.set_connect_timeout(job.connect_timeout);
  easy.set_trust(files_.ca);
  if (!files_.cert.empty()) easy.set_client_certificate(files_.cert, files_.key);
  easy.set_verify_tls(job.verify_tls == VerifyTls::yes);
  easy.set_share(sessions_);
  return easy;
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

}  // namespace fanfetch
