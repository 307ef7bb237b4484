#include "worker/transport/request.h"

#include <string>

namespace fanfetch {

namespace {

constexpr std::size_t kMostOwnLines = 7;

}  // namespace

HttpRequest make_request(const Job& job, const Rest& rest) {
  HttpRequest request{.url = job.url, .userinfo = job.userinfo};
  request.lines.reserve(job.headers.size() + kMostOwnLines);
  request.lines = job.headers;
  request.add_unless_there("User-Agent", job.user_agent);
  request.add_unless_there("Accept", "*/*");
  // A file is what its server has, not what a coding makes of it.
  request.add_unless_there("Accept-Encoding", "identity");
  if (!job.if_none_match.empty()) request.add("If-None-Match", job.if_none_match);
  if (!job.if_modified_since.empty()) request.add("If-Modified-Since", job.if_modified_since);
  if (rest.offset > 0) {
    request.add("Range", "bytes=" + std::to_string(rest.offset) + '-');
    request.add("If-Range", rest.etag);
  }
  return request;
}

bool is_conditional(const Job& job) {
  return !job.if_none_match.empty() || !job.if_modified_since.empty();
}

}  // namespace fanfetch
