#pragma once

#include <string>

#include "common/curl/curl_easy.h"
#include "worker/transport/known_hosts.h"

namespace fanfetch {

/// Lets a handle connect to its job's addresses alone: the coordinator has chosen them, and libcurl
/// looks no name up by itself. Outlives the handle's connecting, and stays where it is.
class JobAddresses : private CurlAddressGuard {
 public:
  /// `hosts`, those of the multi that gets the handle, and `job` are lent.
  JobAddresses(KnownHosts& hosts, const Job& job);
  ~JobAddresses() override { hosts_.forget(job_); }
  JobAddresses(const JobAddresses&) = delete;
  JobAddresses& operator=(const JobAddresses&) = delete;

  /// REQUIRES: the handle gets to its multi next.
  void set_on(CurlEasy& easy);
  /// The address that libcurl was to connect to, and may not; empty: there was none.
  [[nodiscard]] const std::string& refused() const { return refused_; }

 private:
  [[nodiscard]] bool may_connect(const sockaddr& address) noexcept override;

  KnownHosts& hosts_;
  const Job& job_;
  CurlList entries_;
  std::string refused_;
};

}  // namespace fanfetch
