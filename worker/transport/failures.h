#pragma once

#include <optional>
#include <string>

#include "common/http/exchange_end.h"
#include "common/job.h"
#include "common/outcome.h"

namespace fanfetch {

// What each way to fail means: its class, and whether another try is worth it. Pure.

/// The body of a response with that status is the file, whole.
[[nodiscard]] bool is_whole_body(int http_status);

/// Such a response points elsewhere, if it has a Location.
[[nodiscard]] bool is_redirect(int http_status);

/// The class of a response that is neither a file nor a redirect, and whether another try is worth
/// it: here it is decided that a 503 may be tried again.
[[nodiscard]] Failed status_failure(Response response);

/// The exchange broke off, with whomever it was. `response`: as far as it came. REQUIRES: `end` is
/// not `complete`.
[[nodiscard]] Failed exchange_failure(const ExchangeEnd& end, const Job& job, Response response);

/// The same without a proxy: the server is to blame.
[[nodiscard]] Failed server_failure(const ExchangeEnd& end, Response response);

/// ResponseHead::is_too_long().
[[nodiscard]] Failed long_head_failure(Response response);

/// The body ended before the file did; `message` says how that showed.
[[nodiscard]] Failed truncated_failure(std::string message, Response response);

/// The body came to its end over TLS, but nothing proved that the server meant it. `digest`: its
/// SHA-256; nullopt: it could not be read.
[[nodiscard]] Failed unproved_failure(const std::optional<Sha256Digest>& digest, Response response);

/// Writing the part has failed with this errno value. With ErrorClass::disk and Retry::no it
/// concerns the output as a whole.
[[nodiscard]] Failed disk_failure(int error, Response response);

/// What an earlier attempt left cannot be read: an errno value. To fetch the file again would
/// overwrite what may be most of it, so the attempt fails and a later one looks again: a shortage
/// passes, and permissions and disks get mended.
[[nodiscard]] Failed old_part_failure(int error);

}  // namespace fanfetch
