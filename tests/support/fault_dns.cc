#include "tests/support/fault_dns.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "tests/support/fault_origin.h"
#include "tests/support/throw_errno.h"

namespace fanfetch::support {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kMaxPacket = 65'535;

void put16(std::string& to, unsigned value) {
  to += static_cast<char>(value >> 8 & 255);
  to += static_cast<char>(value & 255);
}

unsigned get16(std::string_view from, std::size_t at) {
  return static_cast<unsigned>(static_cast<unsigned char>(from[at])) << 8 |
         static_cast<unsigned char>(from[at + 1]);
}

/// The bytes of the address if it belongs to that record type, else empty.
std::string rdata(const std::string& address, FaultDns::Record record) {
  std::array<char, 16> bytes{};
  const bool v6 = record == FaultDns::Record::aaaa;
  if (::inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) != 1) return "";
  return {bytes.data(), v6 ? 16u : 4u};
}

}  // namespace

/// The only question of a query.
struct FaultDns::Question {
  std::uint16_t id = 0;
  std::string name;  // lower case
  Record record = Record::a;
  std::string wire;  // the question section as received

  static std::optional<Question> read(std::string_view packet) {
    if (packet.size() < kHeaderBytes) return std::nullopt;
    Question question{.id = static_cast<std::uint16_t>(get16(packet, 0))};
    std::size_t at = kHeaderBytes;
    while (at < packet.size() && packet[at] != 0) {
      const auto length = static_cast<std::size_t>(packet[at]);
      if (at + 1 + length >= packet.size()) return std::nullopt;
      if (!question.name.empty()) question.name += '.';
      for (const char c : packet.substr(at + 1, length)) {
        question.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
      at += 1 + length;
    }
    if (at + 5 > packet.size()) return std::nullopt;
    question.record = static_cast<Record>(get16(packet, at + 1));
    question.wire = packet.substr(kHeaderBytes, at + 5 - kHeaderBytes);
    return question;
  }

  [[nodiscard]] std::string answer(const DnsReply& reply, bool truncated) const {
    std::string records;
    unsigned count = 0;
    for (const std::string& address : reply.addresses) {
      const std::string data = rdata(address, record);
      if (data.empty() || truncated) continue;
      put16(records, 0xc000 | kHeaderBytes);  // the question's name
      put16(records, static_cast<unsigned>(record));
      put16(records, 1);
      put16(records, reply.ttl >> 16);
      put16(records, reply.ttl & 0xffff);
      put16(records, static_cast<unsigned>(data.size()));
      records += data;
      ++count;
    }
    std::string packet;
    put16(packet, id);
    put16(packet, 0x8180u | (truncated ? 0x0200u : 0u) | static_cast<unsigned>(reply.rcode));
    for (const unsigned number : {1u, count, 0u, 0u}) put16(packet, number);
    return packet + wire + records;
  }
};

FaultDns::FaultDns() : stop_event_(::eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  auto* generic = reinterpret_cast<sockaddr*>(&name);
  // Needs a port that is free for both; the second bind may fail.
  for (int tries = 0;; ++tries) {
    name.sin_port = 0;
    udp_.reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    tcp_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::bind(udp_.get(), generic, size) != 0) throw_errno("bind");
    if (::getsockname(udp_.get(), generic, &size) != 0) throw_errno("getsockname");
    if (::bind(tcp_.get(), generic, size) == 0) break;
    if (tries == 100) throw_errno("bind");
  }
  if (::listen(tcp_.get(), 100) != 0) throw_errno("listen");
  port_ = ntohs(name.sin_port);
  thread_ = std::thread([this] { run(); });
}

FaultDns::~FaultDns() {
  ::eventfd_write(stop_event_.get(), 1);
  thread_.join();
}

void FaultDns::serve_in_turn(const std::string& name, std::vector<DnsReply> replies) {
  const std::lock_guard lock(mutex_);
  routes_[name] = Route{std::move(replies), {}};
}

std::string FaultDns::server() const { return fmt::format("127.0.0.1:{}", port_); }

std::size_t FaultDns::count(std::string_view name, Record record) const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [asked, ids] : seen_) {
    if (asked.second == record && (name.empty() || asked.first == name)) count += ids.size();
  }
  return count;
}

std::size_t FaultDns::count() const { return count("", Record::a) + count("", Record::aaaa); }

std::size_t FaultDns::tcp_questions() const {
  const std::lock_guard lock(mutex_);
  return tcp_questions_;
}

bool FaultDns::wait_for_count(std::string_view name, Record record, std::size_t wanted) const {
  const auto until = Clock::now() + kPatience;
  while (count(name, record) < wanted) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_until(lock, until) == std::cv_status::timeout) return false;
  }
  return true;
}

DnsReply FaultDns::reply_for(const Question& question) {
  const std::lock_guard lock(mutex_);
  ++seen_[{question.name, question.record}][question.id];
  changed_.notify_all();
  const auto route = routes_.find(question.name);
  if (route == routes_.end()) return {.rcode = kNxdomain};
  auto& [replies, asked] = route->second;
  return replies[std::min(asked[question.record]++, replies.size() - 1)];
}

void FaultDns::run() {
  for (;;) {
    std::array<pollfd, 3> fds{
        {{stop_event_.get(), POLLIN, 0}, {udp_.get(), POLLIN, 0}, {tcp_.get(), POLLIN, 0}}};
    int wait = -1;
    if (!later_.empty()) {
      const auto left = later_.begin()->first - Clock::now();
      wait = static_cast<int>(
          std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(left).count()));
    }
    if (::poll(fds.data(), fds.size(), wait) < 0) continue;
    if (fds[0].revents != 0) return;
    if (fds[1].revents != 0) serve_udp();
    if (fds[2].revents != 0) serve_tcp();
    send_due();
  }
}

void FaultDns::serve_udp() {
  std::string packet(kMaxPacket, '\0');
  sockaddr_in from{};
  socklen_t size = sizeof from;
  const ssize_t got = ::recvfrom(udp_.get(), packet.data(), packet.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &size);
  if (got < 0) return;
  auto question = Question::read(std::string_view(packet).substr(0, static_cast<std::size_t>(got)));
  if (!question) return;
  const DnsReply reply = reply_for(*question);
  if (reply.silent || (reply.silent_aaaa && question->record == Record::aaaa)) return;
  const std::string to(reinterpret_cast<const char*>(&from), sizeof from);
  const auto when = Clock::now() + reply.delay;
  if (!reply.forged_address.empty()) {
    Question forged = *question;
    forged.id ^= 0x5555;
    later_.emplace(when, Later{to, forged.answer({.addresses = {reply.forged_address}}, false)});
  }
  later_.emplace(when, Later{to, question->answer(reply, reply.truncated)});
}

void FaultDns::send_due() {
  while (!later_.empty() && later_.begin()->first <= Clock::now()) {
    const auto& [to, packet] = later_.begin()->second;
    ::sendto(udp_.get(), packet.data(), packet.size(), 0,
             reinterpret_cast<const sockaddr*>(to.data()), static_cast<socklen_t>(to.size()));
    later_.erase(later_.begin());
  }
}

/// One connection after the other; a client that sends nothing for a second is dropped.
void FaultDns::serve_tcp() {
  const UniqueFd client(::accept4(tcp_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!client.valid()) return;
  const timeval second{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
  const auto receive = [&](std::size_t bytes) {
    std::string all(bytes, '\0');
    const ssize_t got = ::recv(client.get(), all.data(), bytes, MSG_WAITALL);
    return got == static_cast<ssize_t>(bytes) ? all : std::string();
  };
  for (;;) {
    const std::string length = receive(2);
    if (length.empty()) return;
    const auto question = Question::read(receive(get16(length, 0)));
    if (!question) return;
    {
      const std::lock_guard lock(mutex_);
      ++tcp_questions_;
    }
    const DnsReply reply = reply_for(*question);
    if (reply.silent) continue;
    const std::string packet = question->answer(reply, false);
    std::string framed;
    put16(framed, static_cast<unsigned>(packet.size()));
    framed += packet;
    if (::send(client.get(), framed.data(), framed.size(), MSG_NOSIGNAL) < 0) return;
  }
}

}  // namespace fanfetch::support
