#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/result.h"
#include "coordinator/control/settings.h"
#include "coordinator/schedule/host_view.h"

namespace fanfetch {

// What may be asked of a run that is going on: one JSON object a line,
//
//     {"request":"status"}
//     {"request":"hosts","order":"in_flight","most":20}   order: waiting, failed, bytes, pause too
//     {"request":"workers"}
//     {"request":"failures","most":10}
//     {"request":"set","values":{"jobs":"8"}}             no values: what holds now
//     {"request":"pause","for_ms":60000}                  without for_ms: until resume
//     {"request":"resume"}
//     {"request":"stop"}
//
// Keys that are not known mean nothing, so that a newer client may say more.

struct StatusRequest {};
struct HostsRequest {
  HostOrder order = HostOrder::in_flight;
  std::size_t most = 20;
};
struct WorkersRequest {};
struct FailuresRequest {
  std::size_t most = 10;
};
struct SetRequest {
  std::vector<Assignment> values;
};
struct PauseRequest {
  std::optional<std::chrono::milliseconds> time;  ///< nullopt: until ResumeRequest.
};
struct ResumeRequest {};
struct StopRequest {};

using Request = std::variant<StatusRequest, HostsRequest, WorkersRequest, FailuresRequest,
                             SetRequest, PauseRequest, ResumeRequest, StopRequest>;

/// A longer line is no request.
inline constexpr std::size_t kMaxRequestBytes = 64 << 10;
/// What a request may ask for at most.
inline constexpr std::size_t kMostHosts = 1000, kMostFailures = 64, kMostValues = 1000;

/// `line`: without its LF. Error: what is wrong with it. Pure, for bytes from anybody.
[[nodiscard]] Result<Request> parse_request(std::string_view line);

/// The line that parse_request() takes for it, with its LF.
[[nodiscard]] std::string request_line(const Request& request);

}  // namespace fanfetch
