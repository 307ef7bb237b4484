#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/url.h"
#include "coordinator/link/page.h"
#include "coordinator/listing/listing_options.h"

namespace fanfetch {

class PageTransport;

/// Gets listing pages for the sources, one at a time, over connections that libcurl makes. One is
/// kept for the next page. Follows up to 5 redirects, to other origins with the headers that belong
/// there and where the address policy lets links lead. A page over 64 MiB (decoded) is refused.
/// REQUIRES: main holds a CurlGlobal. Thread: the reader's alone.
class ListingClient {
 public:
  explicit ListingClient(ListingOptions options);
  ~ListingClient();
  ListingClient(const ListingClient&) = delete;
  ListingClient& operator=(const ListingClient&) = delete;

  /// A connection that fails, a time-out, a page that was cut off, and (unless `retry_refusals` is
  /// false) a 429, a 5xx and a 202 with Retry-After are tried again twice, after 1 and 2 s, or when
  /// Retry-After says, unless that is more than 30 s. A page that only the end of a TLS connection
  /// ends, and no close_notify proves whole, counts when it comes twice. Returns the last response,
  /// whatever its status. Error: none came, or the run is stopping.
  [[nodiscard]] Result<Page> fetch(const PageRequest& request);

 private:
  struct Attempt;

  [[nodiscard]] Attempt follow(const PageRequest& request);
  [[nodiscard]] Attempt get(const Url& url, const std::vector<std::string>& headers,
                            const AddressPolicy* policy);

  ListingOptions options_;
  std::unique_ptr<PageTransport> transport_;
};

}  // namespace fanfetch
