#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/job.h"
#include "coordinator/dispatch/route_finder.h"
#include "coordinator/link/host_header.h"
#include "coordinator/link/link.h"

namespace fanfetch {

/// What the user set for every request.
struct JobRules {
  std::string user_agent;
  std::vector<std::string> headers;       ///< `Name: value`, for every link's own origin.
  std::vector<HostHeader> host_headers;   ///< In addition, for one host each.
  std::vector<std::string> accept_types;  ///< MIME types or `image/*`, lower case; empty: all.
  std::uint64_t min_size = 0;             ///< Bytes.
  std::uint64_t max_size = std::uint64_t{10} << 30;  ///< Decoded bytes; 0: no limit.
  bool respect_robots_tag = false;
  CheckContent check = CheckContent::yes;
  std::chrono::milliseconds timeout{0};  ///< Of one try; 0: no limit, as below.
  std::chrono::milliseconds connect_timeout{15'000};
  std::chrono::seconds stall_timeout{30};
  std::uint32_t min_speed = 1024;                     ///< Bytes a second.
  EarlierPart earlier_parts = EarlierPart::possible;  ///< Of earlier runs.
  std::uint64_t limit_rate = 0;  ///< At present, bytes a second of all workers; 0: no limit.
  HashContent hash_content = HashContent::yes;
  VerifyTls verify_tls = VerifyTls::yes;
  Http2 http2 = Http2::no;  ///< Never used with a limit_rate.
};

/// Turns a link, the URL to ask for and the route to it into a job: what the user set, and the
/// secrets that this request, and no other, may carry.
class JobFactory {
 public:
  explicit JobFactory(JobRules rules) : rules_(std::move(rules)) {}

  /// `url` is the link's own, or where a redirect led. When that is another origin, `--header`,
  /// the headers that the list gives the link, and its user and password stay behind;
  /// `--header-for` goes to its host wherever that is met, within the limits of goes_to().
  /// `was_encrypted`: one of the requests before this one.
  [[nodiscard]] Job make(const Link& link, const Url& url, Route route,
                         WasEncrypted was_encrypted = WasEncrypted::no) const;

  void set_limit_rate(std::uint64_t bytes_a_second) { rules_.limit_rate = bytes_a_second; }

 private:
  JobRules rules_;
};

}  // namespace fanfetch
