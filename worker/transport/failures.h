#pragma once

#include <curl/curl.h>

#include <string>

#include "common/outcome.h"

namespace fanfetch {

// What each way to fail means: its class, and whether another try is worth it. Pure.

/// The body of such an answer is the file, whole.
[[nodiscard]] bool is_whole_body(int http_status);

/// Such an answer points elsewhere, if it names a place.
[[nodiscard]] bool is_redirect(int http_status);

/// An answer that is neither.
[[nodiscard]] Failed status_failure(Response response);

/// libcurl gave up. `text`: its own words, or empty; `response`: as far as it came.
[[nodiscard]] Failed transfer_failure(CURLcode code, std::string text, Response response);

/// The body ended before the file did; `message` says how that showed.
[[nodiscard]] Failed truncated_failure(std::string message, Response response);

/// Writing the part has failed with this errno value. With ErrorClass::disk and Retry::no it
/// concerns the output as a whole.
[[nodiscard]] Failed disk_failure(int error, Response response);

/// What an earlier attempt left cannot be read: an errno value. To fetch the file again would
/// overwrite what may be most of it, so the attempt fails and a later one looks again: a shortage
/// passes, and permissions and disks get mended.
[[nodiscard]] Failed old_part_failure(int error);

}  // namespace fanfetch
