#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/result.h"
#include "coordinator/link/page.h"

namespace fanfetch {

struct ListingOptions {
  std::string user_agent;
  /// nullopt: as the environment says, like curl; empty: no proxy.
  std::optional<std::string> proxy;
  std::string ca_file;    ///< Bundle to verify against; empty: libcurl's own.
  std::string cert_file;  ///< Client certificate; empty: there is none.
  std::string key_file;
  bool verify_tls = true;
  long connect_timeout_s = 15;
  long timeout_s = 60;  ///< For one response; each hop of a redirect has its own.
  int stop_fd = -1;     ///< Readable when the run stops: a request under way is given up.
};

/// Gets listing pages for the sources, one at a time. Follows up to 5 redirects within the origin,
/// none to another one: the client ID travels in a header. A page over 64 MiB (decoded) is refused.
/// REQUIRES: main holds a CurlGlobal. Thread: the reader's alone.
class ListingClient {
 public:
  explicit ListingClient(ListingOptions options);
  ~ListingClient();
  ListingClient(const ListingClient&) = delete;
  ListingClient& operator=(const ListingClient&) = delete;

  /// A connection that fails, a time-out, a 429 and a 5xx (unless `retry_refusals` is false) are
  /// tried again twice, after 1 and 2 s, or when Retry-After says, unless that is more than 30 s.
  /// Returns the last response, whatever its status. Error: none came, or the run is stopping.
  [[nodiscard]] Result<Page> fetch(const PageRequest& request);

 private:
  struct Handle;
  struct Attempt;

  [[nodiscard]] Attempt follow(const PageRequest& request);

  std::unique_ptr<Handle> handle_;
  ListingOptions options_;
};

}  // namespace fanfetch
