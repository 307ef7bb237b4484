#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/event_loop.h"
#include "common/ip_network.h"
#include "coordinator/net/dns_cache.h"
#include "coordinator/net/dns_channel.h"
#include "coordinator/net/resolution.h"
#include "coordinator/net/system_names.h"

namespace fanfetch {

struct ResolverOptions {
  std::vector<IpEndpoint> servers;  ///< Empty: those of the SystemNames.
  AddressFamily family = AddressFamily::any;
  /// For one host, all tries with all servers together.
  Duration lookup_timeout = std::chrono::seconds(15);
};

/// What hosts resolve to, for all workers: they look nothing up themselves. In turn: IP literals,
/// the hosts file, `localhost` (RFC 6761), the cache, DNS. A name is absolute: no search list is
/// applied. Whether an address may be reached is not decided here. Opens no file: what the system's
/// files say comes in as values. Thread: the loop's.
class Resolver {
 public:
  /// `host`: as Url::bare_host(): lower case, punycode, without brackets or a dot at the end.
  using Done = std::function<void(const Resolution&)>;

  Resolver(EventLoop& loop, ResolverOptions options, SystemNames names);
  /// Those who wait hear nothing any more.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// What is known without asking anybody, failures too; lent until the next call of any function
  /// here. Null: ask().
  [[nodiscard]] const Resolution* known(const std::string& host, Instant now);

  /// Looks `host` up; `done` is called once, from the loop, never from within ask(). One query a
  /// host, however many ask; it takes `lookup_timeout` at most once it is its turn, which comes in
  /// order. All that is known of a host comes once: a failure may be worth another try.
  void ask(const std::string& host, Done done);

  /// The system's files have changed. Look-ups that have begun keep the servers they began with.
  void use(SystemNames names);

  /// Hosts that are waited for.
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }

 private:
  struct Lookup;

  [[nodiscard]] bool allows(const std::string& address) const;
  [[nodiscard]] const Resolution* remember(std::vector<std::string> addresses);
  void start_queued();
  void start(const std::shared_ptr<Lookup>& lookup);
  void on_answer(const std::shared_ptr<Lookup>& lookup, DnsChannel::Record record,
                 DnsChannel::Answer answer);
  void set_deadline(const std::shared_ptr<Lookup>& lookup, Instant when);
  void finish(const std::shared_ptr<Lookup>& lookup);
  void deliver();

  EventLoop& loop_;
  const ResolverOptions options_;
  SystemNames names_;
  DnsCache cache_;
  Resolution local_;                     // of the last known() that needed no cache
  std::shared_ptr<DnsChannel> channel_;  // null until it is needed
  std::unordered_map<std::string, std::shared_ptr<Lookup>> pending_;
  std::deque<std::shared_ptr<Lookup>> queued_;
  std::size_t under_way_ = 0;
  std::vector<std::shared_ptr<Lookup>> finished_;  // to be told of by deliver_timer_
  std::optional<EventLoop::TimerKey> deliver_timer_;
};

}  // namespace fanfetch
