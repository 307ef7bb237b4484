#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/http/exchange_end.h"

namespace fanfetch {

// libcurl's words for failures are for programmers, and measure in milliseconds. These say the same
// to whoever reads a list of failures, with the operating system's or OpenSSL's own words behind,
// which can be searched for. Pure.

/// What else is known of a transfer that failed.
struct FailedTransfer {
  int system_error = 0;                          ///< errno of the last attempt to connect; 0: none.
  std::chrono::milliseconds connect_timeout{0};  ///< `--connect-timeout`; 0: no limit.
  std::chrono::milliseconds timeout{0};          ///< Of all; 0: no limit.
};

/// `text`: libcurl's. Words that are not known come back as they are.
[[nodiscard]] std::string plain_words(EndCause cause, std::string_view text,
                                      const FailedTransfer& transfer);

/// Why a connection broke that was in use, without "the connection broke".
[[nodiscard]] std::string plain_break(std::string_view text);

}  // namespace fanfetch
