#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/ip_network.h"
#include "common/job.h"

namespace fanfetch {

/// The hosts that libcurl knows: what CURLOPT_RESOLVE has put into its DNS cache, and is to take
/// out again, or a list of many hosts would fill the memory. A host stays while a transfer uses it,
/// since libcurl looks it up again when a connection that it kept turns out dead; and a while
/// longer, as links of one host mostly follow each other. Pure: does nothing itself.
class KnownHosts {
 public:
  /// `most_unused`: how many stay though no transfer uses them.
  explicit KnownHosts(std::size_t most_unused = 64) : most_unused_(most_unused) {}

  /// A transfer is about to begin: what to tell libcurl, in the form of CURLOPT_RESOLVE
  /// (`-old.host:80`, `host:443:192.0.2.1,[2001:db8::1]`, `+-host:80:192.0.2.1`). Nothing for an IP
  /// literal, which libcurl reads by itself. REQUIRES: each call is followed by one forget().
  [[nodiscard]] std::vector<std::string> use(const Job& job);
  /// That transfer is over.
  void forget(const Job& job);

  /// May a connection of `job` go to `address`? It may be another job's of the same host that came
  /// later: libcurl has one entry a host.
  [[nodiscard]] bool may_reach(const Job& job, const IpAddress& address) const;

  [[nodiscard]] std::size_t size() const { return hosts_.size(); }

 private:
  struct Host {
    std::string name;  // `host:port`
    std::vector<IpAddress> addresses;
    std::size_t users = 0;
  };
  using Hosts = std::list<Host>;

  std::size_t most_unused_;
  Hosts used_;
  Hosts unused_;  // the one that was used last behind the others
  std::unordered_map<std::string_view, Hosts::iterator> hosts_;
};

/// Its host is an address: there is nothing to look up.
[[nodiscard]] bool is_literal(const Job& job);

}  // namespace fanfetch
