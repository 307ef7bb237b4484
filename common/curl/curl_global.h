#pragma once

#include <ctime>
#include <optional>
#include <stdexcept>
#include <string>

namespace fanfetch {

// What libcurl has for a whole process.

/// libcurl refuses what was asked of it: a bug, or there is no memory.
class CurlError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// libcurl is usable as long as this lives. REQUIRES: made once, in the process that uses it, while
/// it has one thread; libcurl does not survive a fork without exec.
class CurlGlobal {
 public:
  /// Throws CurlError.
  CurlGlobal();
  ~CurlGlobal();
  CurlGlobal(const CurlGlobal&) = delete;
  CurlGlobal& operator=(const CurlGlobal&) = delete;
};

/// libcurl and the libraries beneath it with their versions: `libcurl 7.88.1, OpenSSL 3.0.15, …`.
[[nodiscard]] std::string curl_versions();

/// The file of certificates that this libcurl was built to trust; empty: there is none.
[[nodiscard]] std::string built_in_ca_file();

/// Reads a date in any form that HTTP servers send. nullopt: it is no date, or before 1970.
[[nodiscard]] std::optional<std::time_t> parse_date(const std::string& text);

}  // namespace fanfetch
