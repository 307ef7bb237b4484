#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/event_loop.h"
#include "common/ip_network.h"
#include "coordinator/net/system_names.h"

struct ares_channeldata;

namespace fanfetch {

/// Asks DNS servers, through c-ares on an EventLoop: UDP, and TCP when an answer does not fit; the
/// next server when one fails. Reads no file of the system's configuration.
/// Thread: the loop's.
class DnsChannel {
 public:
  enum class Status {
    found,       ///< There are addresses.
    no_address,  ///< The name is there, but has no address of that family.
    no_name,     ///< NXDOMAIN, or a name that DNS cannot have.
    silent,      ///< No server answered in time.
    failed,      ///< They refuse, fail themselves (SERVFAIL), or cannot be reached.
  };
  struct Answer {
    Status status = Status::failed;
    std::vector<std::string> addresses;
    std::chrono::seconds ttl{0};  ///< The shortest of all records, those of the way there too.
  };
  using Done = std::function<void(Answer)>;

  /// REQUIRES: at least one server. Throws std::bad_alloc, or std::runtime_error if c-ares cannot
  /// start.
  DnsChannel(EventLoop& loop, const DnsServers& dns);
  /// Queries that are under way end without a word. REQUIRES: not called from within a `done`.
  ~DnsChannel();
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;

  enum class Record { a, aaaa };
  /// Asks for one kind of address of `host`, an absolute name. `done` may be called at once.
  void query(const std::string& host, Record record, Done done);

 private:
  struct Query;

  // Called from C: an exception could not get through.
  static void on_socket(void* self, int fd, int readable, int writable) noexcept;
  static void on_answer(void* query, int status, int timeouts, unsigned char* bytes,
                        int size) noexcept;
  void watch(int fd, std::uint32_t events);
  void process(int readable_fd, int writable_fd);
  void arm_timer();

  EventLoop& loop_;
  ares_channeldata* channel_ = nullptr;
  std::vector<bool> watched_;  // by descriptor
  std::optional<EventLoop::TimerKey> timer_;
};

/// `c-ares 1.18.1`
[[nodiscard]] std::string cares_version();

}  // namespace fanfetch
