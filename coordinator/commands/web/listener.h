#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <tl/expected.hpp>
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
      : fd_(std::move(other.fd_)),
        address_(std::exchange(other.address_, {})),
        file_(other.file_) {}
  Listener& operator=(Listener&&) = delete;
  ~Listener();

  /// With the port that was taken.
  [[nodiscard]] const ListenAddress& address() const { return address_; }
  [[nodiscard]] int fd() const { return fd_.get(); }
  /// Removes a UNIX socket from its folder, unless something else has taken its place.
  void remove();
  /// The next client, non-blocking. Error: an errno value; EAGAIN: none waits; EACCES: it may not
  /// connect.
  [[nodiscard]] tl::expected<UniqueFd, int> accept() const;

 private:
  /// What distinguishes a file from all others that exist.
  struct FileId {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const FileId&) const = default;
  };
  /// Of what is at `path`; nullopt: nothing.
  [[nodiscard]] static std::optional<FileId> file_at(const std::string& path);

  Listener(UniqueFd fd, ListenAddress address, std::optional<FileId> file)
      : fd_(std::move(fd)), address_(std::move(address)), file_(file) {}

  UniqueFd fd_;
  ListenAddress address_;
  std::optional<FileId> file_;  // a UNIX socket's, once it is bound
};

}  // namespace fanfetch
