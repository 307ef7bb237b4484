#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "common/sha256.h"
#include "common/url.h"
#include "coordinator/dispatch/link_times.h"
#include "coordinator/link/host_header.h"
#include "coordinator/link/link.h"

namespace fanfetch {

/// How often a link was tried, and what became of the workers that tried it.
struct Tries {
  int attempts = 0;      ///< Begun at the link's own URL.
  int hops = 0;          ///< Redirects followed in this attempt.
  bool alone = false;    ///< A worker died while it ran this link: from then on it runs alone.
  int sole_deaths = 0;   ///< Deaths of workers that ran nothing else.
  int free_retries = 0;  ///< After attempts that are not counted, see kMaxFreeRetries.
  /// Failed::unproved of the last attempt that had one.
  std::optional<Sha256Digest> unproved = std::nullopt;

  bool operator==(const Tries&) const = default;
};

/// What a task has been through, and what follows from it for the next request.
struct TaskProgress {
  std::unique_ptr<Url> redirected;                ///< Where the last redirect led; null: none did.
  std::vector<std::string> hop_extensions;        ///< Job::hop_extensions.
  WasEncrypted was_encrypted = WasEncrypted::no;  ///< A request before that for Task::url().
  Tries tries;
  bool may_have_part = false;  ///< It was given to a worker, which may have left a part of it.
  WallTime started_at{};       ///< Of the first attempt.
  LinkTimes times;
  std::uint64_t requests = 0;  ///< Of all attempts; those of workers that died are not known.
};

/// A link from the reader until it is finished: what the coordinator itself knows of it, whatever
/// a worker says.
struct Task : TaskProgress {
  /// `added`: when it was handed over by the reader.
  explicit Task(Link planned, Instant added = {})
      : Task(std::move(planned), TaskProgress{.times = LinkTimes(added)}) {}
  /// One that has been through something.
  Task(Link planned, TaskProgress progress)
      : TaskProgress(std::move(progress)), link(std::move(planned)), origin(url().origin()) {}

  /// Of the next request, or of the one that is being made.
  [[nodiscard]] const Url& url() const { return redirected ? *redirected : link.url; }
  /// Of its host, that asks for url(): the link's own, as long as no redirect has led to another
  /// host. One to the same host by https is not asked with its whole limit by each node.
  [[nodiscard]] HostPiece piece() const {
    return url().host == link.url.host ? link.piece : HostPiece{};
  }
  /// Where a redirect leads.
  void follow(Url other) {
    hop_extensions.push_back(extension_of_path(url().path));
    if (url().scheme == "https") was_encrypted = WasEncrypted::yes;
    origin = other.origin();
    redirected = std::make_unique<Url>(std::move(other));
  }
  /// A retry begins at the link's own URL, whatever it was redirected to.
  void start_over() {
    if (redirected) origin = link.url.origin();
    redirected.reset();
    hop_extensions.clear();
    was_encrypted = WasEncrypted::no;
    tries.hops = 0;
  }

  Link link;
  std::string origin;  ///< Of url(): the scheduler's name for the host.
};

}  // namespace fanfetch
