#pragma once

#include <cstdint>
#include <string>

#include "common/job.h"
#include "worker/curl_handles.h"

namespace fanfetch {

/// The piece of a file that is still missing.
struct Rest {
  std::uint64_t offset = 0;  ///< 0: nothing is there yet, all is asked for.
  std::string etag;          ///< Of the file that the piece has to be of.
};

/// Sets on `easy` all that `job` asks for; callbacks are the transfer's own. May be called again
/// for another request. The list, and `job`, must live as long as the transfer.
[[nodiscard]] HeaderList set_request(CURL* easy, const Job& job, const Rest& rest);

/// Asks for the file only if it has changed, so that a 304 is an answer.
[[nodiscard]] bool is_conditional(const Job& job);

}  // namespace fanfetch
