#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/unique_fd.h"

namespace fanfetch::fuzz {

/// Serves thousands of responses as bytes, each on two addresses of 127.0.0.0/8, by one thread. A
/// response named `good` keeps its connection, a mutant ends it.
class MutantServer {
 public:
  /// `mutants` are lent. Throws std::system_error.
  explicit MutantServer(const std::vector<std::string>& mutants);
  MutantServer(const MutantServer&) = delete;
  MutantServer& operator=(const MutantServer&) = delete;
  ~MutantServer();

  /// `http://HOST:PORT/KINDi`; the host is that of this index alone.
  [[nodiscard]] std::string url(std::size_t i, std::string_view kind) const;
  /// For the mutant `i` so far.
  [[nodiscard]] unsigned requests(std::size_t i) const { return requests_[i]; }

 private:
  struct Client {
    UniqueFd fd;
    std::string received = {}, to_send = {};
    bool ends = false;  // behind what is to be sent
  };

  void serve();
  void accept_clients();
  /// False: it is over.
  [[nodiscard]] bool receive(Client& client);
  [[nodiscard]] bool respond(Client& client);
  [[nodiscard]] bool send(Client& client);

  const std::vector<std::string>& mutants_;
  std::vector<std::atomic<unsigned>> requests_;
  UniqueFd listener_, epoll_, stop_event_;
  std::uint16_t port_ = 0;
  std::map<int, Client> clients_;  // the thread's
  std::thread thread_;
};

}  // namespace fanfetch::fuzz
