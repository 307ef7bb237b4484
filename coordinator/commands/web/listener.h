#pragma once

#include <string>
#include <utility>

#include "common/result.h"
#include "common/unique_fd.h"
#include "coordinator/commands/web/listen_address.h"

namespace fanfetch {

/// The socket at which browsers ask. A UNIX socket is its user's alone (0600, and each client's
/// user is looked at), and is removed with this object.
class Listener {
 public:
  /// A UNIX socket that an ended dashboard has left is replaced. Error: says what to do.
  [[nodiscard]] static Result<Listener> open(const ListenAddress& wanted);
  Listener(Listener&& other) noexcept
      : fd_(std::move(other.fd_)), address_(std::exchange(other.address_, {})) {}
  Listener& operator=(Listener&&) = delete;
  ~Listener();

  /// With the port that was taken.
  [[nodiscard]] const ListenAddress& address() const { return address_; }
  [[nodiscard]] int fd() const { return fd_.get(); }
  /// Removes a UNIX socket from its folder.
  void remove();
  /// The next client, non-blocking. Not valid: none waits, or none that may connect.
  [[nodiscard]] UniqueFd accept() const;

 private:
  Listener(UniqueFd fd, ListenAddress address) : fd_(std::move(fd)), address_(std::move(address)) {}

  UniqueFd fd_;
  ListenAddress address_;
};

}  // namespace fanfetch
