#include "tests/support/http_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "common/ascii.h"
#include "tests/support/loopback.h"

namespace fanfetch::support {
namespace {

using Clock = std::chrono::steady_clock;

/// Reads until `enough`, the end, or `limit`. False: not enough.
bool read_some(int fd, std::string& text, const std::function<bool()>& enough,
               std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  char buffer[16 * 1024];
  while (!enough()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0) return false;
    const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return true;
}

std::size_t times_in(std::string_view text, std::string_view part) {
  std::size_t times = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++times;
  return times;
}

}  // namespace

std::string HttpAnswer::header(const std::string& name) const {
  std::string values;
  const auto [begin, end] = headers.equal_range(name);
  for (auto at = begin; at != end; ++at) values += (values.empty() ? "" : ", ") + at->second;
  return values;
}

HttpAnswer ask_http(int fd, std::string_view request, std::chrono::milliseconds limit) {
  HttpAnswer answer;
  std::string text;
  (void)send_all(fd, request);
  (void)read_some(
      fd, text, [] { return false; }, limit);
  const std::size_t head = text.find("\r\n\r\n");
  if (head == text.npos || !text.starts_with("HTTP/1.1 ")) return answer;
  answer.status = std::atoi(text.c_str() + 9);
  answer.body = text.substr(head + 4);
  for (std::size_t at = text.find("\r\n") + 2; at < head;) {
    const std::size_t end = text.find("\r\n", at);
    const std::string line = text.substr(at, end - at);
    const std::size_t colon = std::min(line.find(':'), line.size());
    answer.headers.emplace(
        to_lower(line.substr(0, colon)),
        trimmed(std::string_view(line).substr(std::min(colon + 1, line.size()))));
    at = end + 2;
  }
  return answer;
}

std::string read_until(int fd, std::string_view text, std::size_t times,
                       std::chrono::milliseconds limit) {
  std::string all;
  const bool came = read_some(
      fd, all, [&] { return times_in(all, text) >= times; }, limit);
  return came ? all : "";
}

UniqueFd connect_to_socket(const std::string& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  const auto* at = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(fd.get(), at, sizeof address) == 0 ? std::move(fd) : UniqueFd();
}

}  // namespace fanfetch::support
