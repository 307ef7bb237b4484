#pragma once

#include <string>

#include "common/job.h"
#include "coordinator/dispatch/route_finder.h"
#include "coordinator/link/link.h"
#include "coordinator/options/options.h"

namespace fanfetch {

/// Turns a link, the URL to ask for now and the way there into a job: what the user set, and the
/// secrets that this request, and no other, may carry.
class JobFactory {
 public:
  explicit JobFactory(const Options& options) : options_(options) {}

  /// `url` is the link's own, or where a redirect led. When that is another origin, `--header` and
  /// the link's user and password stay behind; `--header-for` goes to its host wherever that is
  /// met, but not where a redirect took away the encryption.
  [[nodiscard]] Job make(const Link& link, const Url& url, Route route) const;

 private:
  const Options& options_;
};

}  // namespace fanfetch
