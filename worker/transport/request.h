#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/job.h"
#include "worker/transport/curl_handles.h"
#include "worker/transport/known_hosts.h"

namespace fanfetch {

/// The piece of a file that is still missing.
struct Rest {
  std::uint64_t offset = 0;  ///< 0: nothing is there yet, all is asked for.
  std::string etag;          ///< Of the file that the piece has to be of.
};

/// Sets on `easy` all that `job` asks for; callbacks are the transfer's own. May be called again
/// for another request. The list, and `job`, must live as long as the transfer.
[[nodiscard]] HeaderList set_request(CURL* easy, const Job& job, const Rest& rest);

/// A list as libcurl takes it.
[[nodiscard]] HeaderList make_list(const std::vector<std::string>& entries);

/// Sets on `easy` whom to connect to: `entries`, from KnownHosts, which must live as long as the
/// transfer. libcurl looks no name up by itself.
void set_addresses(CURL* easy, const Job& job, curl_slist* entries);

/// Asks for the file only if it has changed, so that a 304 is an answer.
[[nodiscard]] bool is_conditional(const Job& job);

}  // namespace fanfetch
