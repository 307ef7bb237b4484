#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "common/result.h"
#include "common/unique_fd.h"
#include "coordinator/settle/run_folder.h"

namespace fanfetch {

/// The socket at which a run is asked: `control` in its state folder or, where that can hold none,
/// a file of the user's runtime folder that is named after the device and inode of the folder that
/// is the run's own (see RunFolder). Its user alone may connect (0600). Removed when this goes.
class ControlSocket {
 public:
  /// Listens, and takes the place of one that a killed run has left. `own`: that folder,
  /// `state`: its state folder, both lent until the end. Error: no place takes a socket; names
  /// them. REQUIRES: the folder's lock is held, so that no other run listens.
  [[nodiscard]] static Result<ControlSocket> open(int own, int state);
  ControlSocket(ControlSocket&&) noexcept = default;
  ControlSocket& operator=(ControlSocket&&) = delete;
  ~ControlSocket();

  /// Non-blocking. Call once.
  [[nodiscard]] UniqueFd take_listener() { return std::move(listener_); }

 private:
  ControlSocket(UniqueFd listener, UniqueFd place, std::string name)
      : listener_(std::move(listener)), place_(std::move(place)), name_(std::move(name)) {}

  UniqueFd listener_;
  UniqueFd place_;  // the folder that it lies in
  std::string name_;
};

/// Connects to the run that listens for `names`: at each place in turn. `users`:
/// whose runtime folders may hold the socket, besides $XDG_RUNTIME_DIR. Error: an errno value of
/// the place that came furthest: ECONNREFUSED and ENOENT: nobody listens.
[[nodiscard]] tl::expected<UniqueFd, int> connect_to_control(const RunFolder& names,
                                                             const std::vector<uid_t>& users);

}  // namespace fanfetch
