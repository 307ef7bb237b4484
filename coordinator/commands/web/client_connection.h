#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/clock.h"
#include "common/unique_fd.h"
#include "coordinator/commands/web/request_head.h"

namespace fanfetch {

/// One client, which asks for one thing. Whatever it sends or leaves out, it is bounded in bytes
/// and time. Thread: the one that serves it, but for waits_since() and cut().
class ClientConnection {
 public:
  /// From its first byte to the last of its request.
  static constexpr std::chrono::seconds kRequestPatience{10};
  /// For so long it may take nothing of what it asked for.
  static constexpr std::chrono::seconds kAnswerPatience{10};

  /// What it may have sent in vain and still gets its answer.
  static constexpr std::size_t kMaxDrainedBytes = 1024 * 1024;

  /// `fd`: non-blocking.
  explicit ClientConnection(UniqueFd fd);
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  /// Waits for the head of the request, which read() then yields. False: it did not come, or is
  /// longer than it may be; what there is of it is in head().
  [[nodiscard]] bool wait_for_head();
  [[nodiscard]] std::string_view head() const { return input_; }

  /// The next bytes of the request, in a blocking manner. 0: there are none; -1: they did not come,
  /// or are more than there may be.
  ssize_t read(char* bytes, std::size_t most);
  /// All of them, or -1.
  ssize_t write(const char* bytes, std::size_t count);
  /// Ends it so that the client gets what was written, even if it has sent more than was read.
  void close_politely();
  [[nodiscard]] int fd() const { return fd_.get(); }

  // --- Any thread ---

  /// Since when its request, or its end, is waited for; Instant::max(): it is being answered.
  [[nodiscard]] Instant waits_since() const { return waits_since_.load(); }
  /// Ends it: all calls fail from now on.
  void cut() const;

 private:
  /// False: `deadline` has passed.
  [[nodiscard]] bool wait_for(short events, Instant deadline) const;
  /// As read(), from the socket.
  ssize_t receive(char* bytes, std::size_t most);

  const UniqueFd fd_;
  const Instant request_deadline_;
  std::string input_;      // the head, and what came with it
  std::size_t taken_ = 0;  // of input_
  std::size_t received_ = 0;
  std::atomic<Instant> waits_since_;
};

}  // namespace fanfetch
