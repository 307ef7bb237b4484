#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/unique_fd.h"

namespace fanfetch::support {

/// How the fault DNS answers for a name.
struct DnsReply {
  std::vector<std::string> addresses;  ///< IPv4 ones go into A answers, IPv6 ones into AAAA.
  int rcode = 0;                       ///< 2: SERVFAIL, 3: NXDOMAIN, 5: REFUSED.
  std::uint32_t ttl = 60;
  bool silent = false;                 ///< Never answers,
  bool silent_aaaa = false;            ///< or never to questions for AAAA.
  std::chrono::milliseconds delay{0};  ///< Over UDP.
  /// Over UDP: a forged answer with another ID is sent first, with this address.
  std::string forged_address = {};
  bool truncated = false;  ///< Over UDP: without records, so that the client asks over TCP.
};

inline constexpr int kServfail = 2, kNxdomain = 3, kRefused = 5;

/// A DNS server on 127.0.0.1 that does what a real one does not: stays silent, forges answers,
/// fails and then recovers. One thread. All public functions may be called from any thread.
class FaultDns {
 public:
  /// Listens on a free port, UDP and TCP. Throws std::system_error if it cannot.
  FaultDns();
  FaultDns(const FaultDns&) = delete;
  FaultDns& operator=(const FaultDns&) = delete;
  ~FaultDns();

  /// Sets the reply for a name. Names without one do not exist.
  void serve(const std::string& name, DnsReply reply) { serve_in_turn(name, {std::move(reply)}); }
  /// One reply after the other, then the last one forever. A and AAAA questions are counted apart.
  void serve_in_turn(const std::string& name, std::vector<DnsReply> replies);

  /// `127.0.0.1:PORT`, for --dns.
  [[nodiscard]] std::string server() const;

  enum class Record : std::uint16_t { a = 1, aaaa = 28 };
  /// Questions for `name`, or for all names if it is "". Repeats with the same ID count once.
  [[nodiscard]] std::size_t count(std::string_view name, Record record) const;
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::size_t tcp_questions() const;
  [[nodiscard]] bool wait_for_count(std::string_view name, Record record, std::size_t wanted) const;

 private:
  struct Question;
  struct Route {
    std::vector<DnsReply> replies;
    std::map<Record, std::size_t> asked;
  };
  using Clock = std::chrono::steady_clock;
  struct Later {
    std::string to;  // a sockaddr_in
    std::string packet;
  };

  void run();
  void serve_udp();
  void serve_tcp();
  void send_due();
  [[nodiscard]] DnsReply reply_for(const Question& question);

  std::uint16_t port_ = 0;
  UniqueFd udp_, tcp_, stop_event_;
  std::multimap<Clock::time_point, Later> later_;  // used by the thread only

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  // Under the mutex:
  std::map<std::string, Route, std::less<>> routes_;
  std::map<std::pair<std::string, Record>, std::map<std::uint16_t, int>> seen_;  // ID → tries
  std::size_t tcp_questions_ = 0;

  std::thread thread_;
};

}  // namespace fanfetch::support
