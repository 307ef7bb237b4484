#include "common/http/request.h"

#include <algorithm>
#include <numeric>

#include "common/ascii.h"
#include "common/http/base64.h"

namespace fanfetch {
namespace {

/// More than most requests have beside their URL, its authority once more, and the lines.
constexpr std::size_t kUsualOverhead = 96;

/// The parts of `scheme://authority/path?query`.
struct Split {
  std::string_view authority;
  std::string_view target;  // may be empty, or begin with '?'
};

Split split(std::string_view url) {
  const std::size_t begin = std::min(url.find("://"), url.size() - 3) + 3;
  const std::size_t end = std::min(url.find_first_of("/?", begin), url.size());
  return {.authority = url.substr(begin, end - begin), .target = url.substr(end)};
}

void append_line(std::string& bytes, std::string_view name, std::string_view value) {
  bytes.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool HttpRequest::has(std::string_view name) const {
  return std::any_of(lines.begin(), lines.end(), [&](std::string_view line) {
    return is_same_word(line.substr(0, line.find(':')), name);
  });
}

void HttpRequest::add(std::string_view name, std::string_view value) {
  std::string& line = lines.emplace_back();
  line.reserve(name.size() + 2 + value.size());
  line.append(name).append(": ").append(value);
}

void HttpRequest::add_unless_there(std::string_view name, std::string_view value) {
  if (!has(name)) add(name, value);
}

std::string write_request(const HttpRequest& request, TargetForm form,
                          std::string_view proxy_userinfo) {
  const auto [authority, target] = split(request.url);
  std::string bytes;
  bytes.reserve(std::accumulate(
      request.lines.begin(), request.lines.end(), kUsualOverhead + request.url.size(),
      [](std::size_t size, const std::string& line) { return size + line.size() + 2; }));
  bytes.append(request.method) += ' ';
  if (form == TargetForm::absolute) {
    bytes.append(request.url, 0, request.url.size() - target.size());
  }
  if (!target.starts_with('/')) bytes += '/';  // an empty path (RFC 9112, 3.2.1)
  bytes.append(target).append(" HTTP/1.1\r\n");
  if (!request.has("Host")) append_line(bytes, "Host", authority);
  if (!request.userinfo.empty() && !request.has("Authorization")) {
    append_line(bytes, "Authorization", basic_credentials(request.userinfo));
  }
  if (!proxy_userinfo.empty() && !request.has("Proxy-Authorization")) {
    append_line(bytes, "Proxy-Authorization", basic_credentials(proxy_userinfo));
  }
  if (request.body) append_line(bytes, "Content-Length", std::to_string(request.body->size));
  for (const std::string& line : request.lines) bytes.append(line).append("\r\n");
  bytes.append("\r\n");
  return bytes;
}

std::string basic_credentials(std::string_view userinfo) { return "Basic " + base64(userinfo); }

}  // namespace fanfetch
