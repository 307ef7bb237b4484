#include "coordinator/net/resolver.h"

#include <algorithm>
#include <utility>

namespace fanfetch {
namespace {

/// Hosts that are asked for at once, with two questions each. dnsmasq, which many routers run,
/// refuses more than 150 questions at once.
constexpr std::size_t kMaxUnderWay = 75;
/// Once there are addresses of one kind, so much longer for the other: some servers never answer
/// for AAAA.
constexpr auto kWaitForOtherFamily = std::chrono::milliseconds(500);

bool is_localhost(const std::string& host) {
  return host == "localhost" || host.ends_with(".localhost");
}

}  // namespace

struct Resolver::Lookup {
  std::string host;
  std::vector<Done> waiting;
  std::shared_ptr<DnsChannel> channel;  // stays until its answers are here
  std::optional<DnsChannel::Answer> a, aaaa;
  std::optional<EventLoop::TimerKey> deadline;
  bool under_way = false;
  bool finished = false;

  [[nodiscard]] Resolution resolution() const;
  [[nodiscard]] std::chrono::seconds ttl() const;
  [[nodiscard]] bool is(DnsChannel::Status status) const {
    return (a && a->status == status) || (aaaa && aaaa->status == status);
  }
  /// Some servers wrongly say so for AAAA though the host has an A record (RFC 4074, 4.2).
  [[nodiscard]] bool has_no_name() const {
    using Status = DnsChannel::Status;
    return a && (a->status == Status::no_name ||
                 (a->status == Status::no_address && is(Status::no_name)));
  }
};

Resolution Resolver::Lookup::resolution() const {
  Resolution result;
  result.addresses = interleave(aaaa ? aaaa->addresses : std::vector<std::string>(),
                                a ? a->addresses : std::vector<std::string>());
  if (!result.addresses.empty()) return result;
  using Status = DnsChannel::Status;
  const bool both = a && aaaa;
  if (has_no_name()) {
    result.failure = {"no such host", Retry::no};
  } else if (is(Status::failed)) {
    result.failure = {"the DNS servers fail, refuse to answer or cannot be reached", Retry::yes};
  } else if (!both || is(Status::silent)) {
    result.failure = {"no DNS server answers in time", Retry::yes};
  } else {
    result.failure = {"the host has no address", Retry::no};
  }
  return result;
}

std::chrono::seconds Resolver::Lookup::ttl() const {
  auto least = DnsCache::kMaxTtl;
  for (const auto& answer : {a, aaaa}) {
    if (answer && answer->status == DnsChannel::Status::found) {
      least = std::min(least, answer->ttl);
    } else if (!answer || answer->status != DnsChannel::Status::no_address) {
      least = DnsCache::kMinTtl;  // the other kind may be had next time
    }
  }
  return least;
}

Resolver::Resolver(EventLoop& loop, ResolverOptions options, SystemNames names)
    : loop_(loop), options_(std::move(options)), names_(std::move(names)) {}

Resolver::~Resolver() {
  if (deliver_timer_) loop_.cancel(*deliver_timer_);
  for (const auto& [host, lookup] : pending_) {
    if (lookup->deadline) loop_.cancel(*lookup->deadline);
  }
}

// --- What needs no query ---

bool Resolver::allows(const std::string& address) const {
  const bool v6 = address.find(':') != std::string::npos;
  return options_.family == AddressFamily::any || (options_.family == AddressFamily::v6) == v6;
}

/// Null: none of them is of the family asked for.
const Resolution* Resolver::remember(std::vector<std::string> addresses) {
  std::erase_if(addresses, [this](const std::string& address) { return !allows(address); });
  if (addresses.size() > kMaxAddressesKept) addresses.resize(kMaxAddressesKept);
  if (addresses.empty()) return nullptr;
  local_ = Resolution{std::move(addresses), std::nullopt};
  return &local_;
}

const Resolution* Resolver::known(const std::string& host, Instant now) {
  if (parse_ip(host)) {  // the user's own word, whatever -4 and -6 say
    local_ = Resolution{{host}, std::nullopt};
    return &local_;
  }
  if (const auto entry = names_.hosts.find(host); entry != names_.hosts.end()) {
    if (const auto* found = remember(entry->second)) return found;
  }
  if (is_localhost(host)) return remember({"::1", "127.0.0.1"});
  return cache_.find(host, now);
}

void Resolver::use(SystemNames names) {
  // Those under way keep the old channel until they are done.
  if (options_.servers.empty() && names.dns != names_.dns) channel_.reset();
  names_ = std::move(names);
}

// --- Queries ---

void Resolver::ask(const std::string& host, Done done) {
  auto& lookup = pending_[host];
  if (!lookup) {
    lookup = std::make_shared<Lookup>();
    lookup->host = host;
    queued_.push_back(lookup);
  }
  lookup->waiting.push_back(std::move(done));
  start_queued();
}

void Resolver::start_queued() {
  while (!queued_.empty() && under_way_ < kMaxUnderWay) {
    const auto lookup = std::move(queued_.front());
    queued_.pop_front();
    start(lookup);
  }
}

void Resolver::start(const std::shared_ptr<Lookup>& lookup) {
  ++under_way_;
  lookup->under_way = true;
  set_deadline(lookup, loop_.now() + options_.lookup_timeout);
  if (!channel_) {
    channel_ = std::make_shared<DnsChannel>(
        loop_, options_.servers.empty() ? names_.dns : DnsServers{options_.servers});
  }
  lookup->channel = channel_;
  using Record = DnsChannel::Record;
  const auto query = [&](Record record, bool wanted) {
    if (!wanted) return on_answer(lookup, record, {DnsChannel::Status::no_address, {}, {}});
    // An answer that comes after the deadline finds nobody.
    channel_->query(lookup->host, record,
                    [this, record, waiting = std::weak_ptr(lookup)](DnsChannel::Answer answer) {
                      const auto still = waiting.lock();
                      if (still) on_answer(still, record, std::move(answer));
                    });
  };
  query(Record::aaaa, options_.family != AddressFamily::v4);
  query(Record::a, options_.family != AddressFamily::v6);
}

void Resolver::on_answer(const std::shared_ptr<Lookup>& lookup, DnsChannel::Record record,
                         DnsChannel::Answer answer) {
  if (lookup->finished) return;
  const bool found = answer.status == DnsChannel::Status::found;
  (record == DnsChannel::Record::a ? lookup->a : lookup->aaaa) = std::move(answer);
  if ((lookup->a && lookup->aaaa) || lookup->has_no_name()) {
    finish(lookup);
  } else if (found) {
    set_deadline(lookup, loop_.now() + kWaitForOtherFamily);
  }
}

void Resolver::set_deadline(const std::shared_ptr<Lookup>& lookup, Instant when) {
  if (lookup->deadline) loop_.cancel(*lookup->deadline);
  lookup->deadline = loop_.call_at(when, [this, waiting = std::weak_ptr(lookup)] {
    const auto still = waiting.lock();
    if (!still) return;
    still->deadline.reset();
    finish(still);
  });
}

/// Those who wait are told from a timer: c-ares may be below us on the stack, or ask().
void Resolver::finish(const std::shared_ptr<Lookup>& lookup) {
  if (std::exchange(lookup->finished, true)) return;
  if (lookup->deadline) loop_.cancel(*std::exchange(lookup->deadline, std::nullopt));
  finished_.push_back(lookup);
  if (!deliver_timer_) deliver_timer_ = loop_.call_at(loop_.now(), [this] { deliver(); });
}

void Resolver::deliver() {
  deliver_timer_.reset();
  for (const auto& lookup : std::exchange(finished_, {})) {
    --under_way_;
    pending_.erase(lookup->host);  // whoever asks from here on makes a new query
    const Resolution resolution = lookup->resolution();
    cache_.put(lookup->host, resolution, lookup->ttl(), loop_.now());
    for (const Done& done : lookup->waiting) done(resolution);
  }
  start_queued();
}

}  // namespace fanfetch
