// What downloading costs at the least, for scripts/bench: asks for files over keep-alive
// connections and writes them. It trusts the server, checks nothing and keeps no books. Usage:
//   limit_client LIST FOLDER CONNECTIONS
//     LIST has a line `http://ADDRESS:PORT/NAME` for each file, which becomes FOLDER/NAME

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

[[noreturn]] void leave(const char* what) {
  std::perror(what);
  std::exit(EXIT_FAILURE);
}

struct Link {
  std::string origin, name;  // `ADDRESS:PORT`
};

std::vector<Link> read_list(const char* path) {
  constexpr std::string_view kScheme = "http://";
  std::vector<Link> links;
  std::ifstream list(path);
  for (std::string line; std::getline(list, line);) {
    const std::size_t slash = line.find('/', kScheme.size());
    if (!line.starts_with(kScheme) || slash == std::string::npos) leave("a line is no http link");
    links.push_back({line.substr(kScheme.size(), slash - kScheme.size()), line.substr(slash + 1)});
  }
  if (links.empty()) leave("the list is empty");
  return links;
}

int connect_to(const std::string& origin) {
  const std::size_t colon = origin.find(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(origin.c_str() + colon + 1)));
  if (::inet_pton(AF_INET, origin.substr(0, colon).c_str(), &address.sin_addr) != 1) {
    leave("a link has no address and port");
  }
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) leave("socket");
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    leave("connect");
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

/// One connection, and the file that comes over it.
class Exchange {
 public:
  Exchange(int folder, int epoll) : folder_(folder), epoll_(epoll) {}

  void ask(const Link& link) {
    if (link.origin != origin_) {
      if (socket_ >= 0) ::close(socket_);  // which takes it out of epoll, too
      socket_ = connect_to(link.origin);
      origin_ = link.origin;
      epoll_event event{.events = EPOLLIN, .data = {.ptr = this}};
      if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_, &event) != 0) leave("epoll_ctl");
    }
    const std::string request =
        "GET /" + link.name + " HTTP/1.1\r\nHost: " + origin_ + "\r\nAccept: */*\r\n\r\n";
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      leave("send");
    }
    file_ = ::openat(folder_, link.name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file_ < 0) leave(link.name.c_str());
    in_head_ = true;
  }

  /// Takes what has come. True: the file is whole.
  bool receive() {
    static std::array<char, 256 * 1024> buffer;
    const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got <= 0) leave("a server ended a response early");
    std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (in_head_) bytes.remove_prefix(read_head(bytes));
    if (!bytes.empty() && ::write(file_, bytes.data(), bytes.size()) != std::ssize(bytes)) {
      leave("write");
    }
    left_ -= bytes.size();
    if (left_ > 0) return false;
    ::close(file_);
    return true;
  }

 private:
  /// The length of a head, which loopback brings in one piece.
  std::size_t read_head(std::string_view bytes) {
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t end = bytes.find("\r\n\r\n"), length = bytes.find(kLength);
    if (!bytes.starts_with("HTTP/1.1 200 ") || end > bytes.size() || length > end) {
      leave("a response is not 200 with a Content-Length");
    }
    left_ = std::strtoull(bytes.data() + length + kLength.size(), nullptr, 10);
    in_head_ = false;
    return end + 4;
  }

  const int folder_, epoll_;
  int socket_ = -1, file_ = -1;
  std::string origin_;
  bool in_head_ = true;
  std::size_t left_ = 0;
};

void load(const std::vector<Link>& links, int folder, std::size_t connections) {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (folder < 0 || epoll < 0) leave("the folder");
  std::size_t next = 0, done = 0;
  std::vector<Exchange> exchanges(std::min(connections, links.size()), Exchange(folder, epoll));
  for (Exchange& exchange : exchanges) exchange.ask(links[next++]);
  std::array<epoll_event, 64> events;
  while (done < links.size()) {
    const int count = ::epoll_wait(epoll, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      auto& exchange = *static_cast<Exchange*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (!exchange.receive()) continue;
      ++done;
      if (next < links.size()) exchange.ask(links[next++]);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) leave("see the top of its source for its usage");
  load(read_list(argv[1]), ::open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC),
       std::strtoull(argv[3], nullptr, 10));
}
