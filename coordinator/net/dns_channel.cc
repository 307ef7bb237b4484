#include "coordinator/net/dns_channel.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

namespace fanfetch {
namespace {

/// Of the first try; each further round over the servers takes twice as long.
constexpr int kTimeoutMs = 2000;
constexpr int kTries = 3;
/// Answers to all questions that may be under way fit in, as far as the kernel grants it.
constexpr int kReceiveBuffer = 512 * 1024;
/// Records of one kind that are looked at. Servers answer over TCP with hundreds.
constexpr int kMaxRecords = 64;

void start_library() {
  static const int status = ares_library_init(ARES_LIB_INIT_ALL);
  if (status != ARES_SUCCESS) throw std::runtime_error("cannot start c-ares");
}

void set_servers(ares_channel channel, const std::vector<IpEndpoint>& servers) {
  std::vector<ares_addr_port_node> nodes(servers.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto& [address, port] = servers[i];
    nodes[i].next = i + 1 < nodes.size() ? &nodes[i + 1] : nullptr;
    nodes[i].family = address.v6 ? AF_INET6 : AF_INET;
    std::memcpy(&nodes[i].addr, address.bytes.data(), address.bits() / 8);
    nodes[i].udp_port = nodes[i].tcp_port = port;
  }
  if (ares_set_servers_ports(channel, nodes.data()) != ARES_SUCCESS) throw std::bad_alloc();
}

IpAddress to_ip(const void* bytes, bool v6) {
  IpAddress address{.v6 = v6};
  std::memcpy(address.bytes.data(), bytes, address.bits() / 8);
  return address;
}

void add(DnsChannel::Answer& answer, const IpAddress& address, int ttl) {
  answer.addresses.push_back(to_text(address));
  // Some servers send 2^31 and more for "never", which reads as negative (RFC 2181, 8).
  answer.ttl = std::min(answer.ttl, std::chrono::seconds(std::max(ttl, 0)));
}

DnsChannel::Status read_answer(DnsChannel::Record record, unsigned char* bytes, int size,
                               DnsChannel::Answer& answer) {
  answer.ttl = std::chrono::seconds(std::numeric_limits<std::int32_t>::max());
  int count = kMaxRecords;
  int status = ARES_SUCCESS;
  if (record == DnsChannel::Record::a) {
    std::array<ares_addrttl, kMaxRecords> found{};
    status = ares_parse_a_reply(bytes, size, nullptr, found.data(), &count);
    if (status != ARES_SUCCESS) count = 0;
    for (int i = 0; i < count; ++i) add(answer, to_ip(&found[i].ipaddr, false), found[i].ttl);
  } else {
    std::array<ares_addr6ttl, kMaxRecords> found{};
    status = ares_parse_aaaa_reply(bytes, size, nullptr, found.data(), &count);
    if (status != ARES_SUCCESS) count = 0;
    for (int i = 0; i < count; ++i) add(answer, to_ip(&found[i].ip6addr, true), found[i].ttl);
  }
  if (!answer.addresses.empty()) return DnsChannel::Status::found;
  // An alias alone, whose target has no such address, is a success without records.
  const bool empty = status == ARES_SUCCESS || status == ARES_ENODATA;
  return empty ? DnsChannel::Status::no_address : DnsChannel::Status::failed;
}

DnsChannel::Status status_of(int ares_status) {
  switch (ares_status) {
    case ARES_ENODATA: return DnsChannel::Status::no_address;
    case ARES_ENOTFOUND:
    case ARES_EBADNAME: return DnsChannel::Status::no_name;
    case ARES_ETIMEOUT: return DnsChannel::Status::silent;
    default: return DnsChannel::Status::failed;
  }
}

}  // namespace

struct DnsChannel::Query {
  Record record;
  Done done;
};

DnsChannel::DnsChannel(EventLoop& loop, const DnsServers& dns) : loop_(loop) {
  start_library();
  char dns_only[] = "b";  // "f" would open the hosts file at each look-up
  ares_options options{};
  // Names are absolute: no search list of resolv.conf, no $HOSTALIASES.
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
  options.timeout = kTimeoutMs;
  options.tries = kTries;
  options.ndots = 0;
  options.lookups = dns_only;
  options.sock_state_cb = &DnsChannel::on_socket;
  options.sock_state_cb_data = this;
  options.socket_receive_buffer_size = kReceiveBuffer;
  // c-ares opens resolv.conf unless it is told all of these (ARES_CONFIG_CHECK in its ares_init.c):
  // flags, time-outs, tries, ndots, servers, domains, lookups and the sort list.
  const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
                   ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS | ARES_OPT_SORTLIST |
                   ARES_OPT_SOCK_STATE_CB | ARES_OPT_SOCK_RCVBUF |
                   (dns.rotate ? ARES_OPT_ROTATE : ARES_OPT_NOROTATE);
  if (const int status = ares_init_options(&channel_, &options, mask); status != ARES_SUCCESS) {
    throw std::runtime_error(std::string("cannot start c-ares: ") + ares_strerror(status));
  }
  set_servers(channel_, dns.servers);
}

DnsChannel::~DnsChannel() {
  ares_destroy(channel_);  // ends the queries, and closes the sockets, which calls on_socket
  if (timer_) loop_.cancel(*timer_);
}

void DnsChannel::query(const std::string& host, Record record, Done done) {
  auto query = std::make_unique<Query>(Query{record, std::move(done)});
  ares_query(channel_, host.c_str(), C_IN, record == Record::a ? T_A : T_AAAA,
             &DnsChannel::on_answer, query.release());
  arm_timer();
}

void DnsChannel::on_answer(void* arg, int status, int, unsigned char* bytes, int size) noexcept {
  const std::unique_ptr<Query> query(static_cast<Query*>(arg));
  if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED) return;
  Answer answer;
  answer.status =
      status == ARES_SUCCESS ? read_answer(query->record, bytes, size, answer) : status_of(status);
  query->done(std::move(answer));
}

void DnsChannel::on_socket(void* self, int fd, int readable, int writable) noexcept {
  std::uint32_t events = 0;
  if (readable != 0) events |= EPOLLIN;
  if (writable != 0) events |= EPOLLOUT;
  static_cast<DnsChannel*>(self)->watch(fd, events);
}

/// `events`: none: it is about to be closed.
void DnsChannel::watch(int fd, std::uint32_t events) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= watched_.size()) watched_.resize(index + 1);
  if (events == 0) {
    loop_.unwatch(fd);
  } else if (watched_[index]) {
    loop_.rewatch(fd, events);
  } else {
    const auto watched = loop_.try_watch(fd, events, [this, fd](std::uint32_t came) {
      const bool broken = (came & (EPOLLERR | EPOLLHUP)) != 0;
      process(broken || (came & EPOLLIN) != 0 ? fd : ARES_SOCKET_BAD,
              (came & EPOLLOUT) != 0 ? fd : ARES_SOCKET_BAD);
    });
    // A query that cannot be watched ends by its time-out, as one that nobody responds to.
    if (!watched) return;
  }
  watched_[index] = events != 0;
}

void DnsChannel::process(int readable_fd, int writable_fd) {
  ares_process_fd(channel_, readable_fd, writable_fd);
  arm_timer();
}

void DnsChannel::arm_timer() {
  if (timer_) loop_.cancel(*std::exchange(timer_, std::nullopt));
  timeval left{};
  if (ares_timeout(channel_, nullptr, &left) == nullptr) return;
  // Not by the loop's `now`: c-ares has its own clock, and a timer that comes too early would spin.
  const auto wait = std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec) +
                    std::chrono::milliseconds(1);
  timer_ = loop_.call_at(std::chrono::steady_clock::now() + wait, [this] {
    timer_.reset();
    process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  });
}

std::string cares_version() { return fmt::format("c-ares {}", ares_version(nullptr)); }

}  // namespace fanfetch
