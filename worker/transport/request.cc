#include "worker/transport/request.h"

#include <string_view>

namespace fanfetch {

HttpRequest make_request(const Job& job, const Rest& rest) {
  HttpRequest request{.url = job.url, .userinfo = job.userinfo};
  request.lines.reserve(job.headers.size() + 7);
  const auto add = [&](std::string_view name, std::string_view value) {
    request.lines.emplace_back(name).append(": ").append(value);
  };
  for (const auto& header : job.headers) request.lines.push_back(header);
  // The user's own lines win.
  const auto add_unless_there = [&](std::string_view name, std::string_view value) {
    if (!request.has(name)) add(name, value);
  };
  add_unless_there("User-Agent", job.user_agent);
  add_unless_there("Accept", "*/*");
  // A file is what its server has, not what a coding makes of it.
  add_unless_there("Accept-Encoding", "identity");
  if (!job.if_none_match.empty()) add("If-None-Match", job.if_none_match);
  if (!job.if_modified_since.empty()) add("If-Modified-Since", job.if_modified_since);
  if (rest.offset > 0) {
    add("Range", "bytes=" + std::to_string(rest.offset) + '-');
    add("If-Range", rest.etag);
  }
  return request;
}

bool is_conditional(const Job& job) {
  return !job.if_none_match.empty() || !job.if_modified_since.empty();
}

}  // namespace fanfetch
