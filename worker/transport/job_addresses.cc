#include "worker/transport/job_addresses.h"

#include "common/ip_network.h"

namespace fanfetch {

JobAddresses::JobAddresses(KnownHosts& hosts, const Job& job)
    : hosts_(hosts), job_(job), entries_(hosts.use(job)) {}

void JobAddresses::set_on(CurlEasy& easy) {
  easy.set_addresses(entries_);
  // libcurl would ask for an address, too, before it reads it as one.
  const bool literal = is_literal(job_);
  easy.set_lookup(literal ? CurlEasy::Lookup::by_libcurl : CurlEasy::Lookup::forbidden);
  // Names leave its cache only when KnownHosts says so: to look for outdated ones, libcurl would go
  // through all of them for each transfer. Literals enter by themselves, and leave immediately: a
  // list cannot name IPv6 ones (7.88).
  easy.set_name_cache(literal ? CurlEasy::NameCache::none : CurlEasy::NameCache::for_ever);
  easy.set_address_guard(*this);
}

bool JobAddresses::may_connect(const sockaddr& address) noexcept {
  const auto ip = ip_of(address);
  if (ip && hosts_.may_reach(job_, *ip)) return true;
  refused_ = ip ? to_text(*ip) : "an address of an unknown kind";
  return false;
}

}  // namespace fanfetch
