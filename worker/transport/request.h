#pragma once

#include "common/curl/curl_easy.h"
#include "common/job.h"
#include "worker/store/resume.h"

namespace fanfetch {

/// Sets on `easy` all that `job` asks for; what is received is the caller's to set. May be called
/// again for another request. The returned list must live as long as the transfer.
[[nodiscard]] CurlList set_request(CurlEasy& easy, const Job& job, const Rest& rest);

/// Sets on `easy` whom to connect to: `entries`, from KnownHosts, which must live as long as the
/// transfer. libcurl looks no name up by itself.
void set_addresses(CurlEasy& easy, const Job& job, const CurlList& entries);

/// Asks for the file only if it has changed, so that a 304 is a good response.
[[nodiscard]] bool is_conditional(const Job& job);

}  // namespace fanfetch
