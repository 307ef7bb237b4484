#pragma once

#include <string>

#include "common/job.h"
#include "common/link.h"
#include "coordinator/net/proxy_policy.h"
#include "coordinator/options.h"

namespace fanfetch {

/// Turns a link and the URL to ask for now into a job: what the user set, the proxy, and the
/// secrets that this request, and no other, may carry.
class JobFactory {
 public:
  explicit JobFactory(const Options& options);

  /// `url` is the link's own, or where a redirect led. When that is another origin, `--header` and
  /// the link's user and password stay behind; `--header-for` goes to its host wherever that is
  /// met, but not where a redirect took away the encryption.
  [[nodiscard]] Job make(const Link& link, const Url& url) const;

 private:
  const Options& options_;
  ProxyPolicy proxies_;
};

}  // namespace fanfetch
