#include "tests/support/dnsmasq.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/support/fault_origin.h"
#include "tests/support/pointers.h"
#include "tests/support/processes.h"

namespace fanfetch::support {
namespace {

/// A port that nobody listens on, UDP and TCP.
std::uint16_t free_port_of_both() {
  for (int tries = 0; tries < 100; ++tries) {
    const UniqueFd udp(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const UniqueFd tcp(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    auto* generic = reinterpret_cast<sockaddr*>(&name);
    if (::bind(udp.get(), generic, size) == 0 && ::getsockname(udp.get(), generic, &size) == 0 &&
        ::bind(tcp.get(), generic, size) == 0) {
      return ntohs(name.sin_port);
    }
  }
  throw std::runtime_error("no port is free");
}

}  // namespace

Dnsmasq::Dnsmasq(std::vector<std::string> options) : port_(free_port_of_both()) {
  // It dies with the test, however that ends. Debian installs it outside most users' PATH.
  std::vector<std::string> args = {"setpriv",
                                   "--pdeathsig=KILL",
                                   "/usr/sbin/dnsmasq",
                                   "--no-daemon",
                                   "--conf-file=/dev/null",
                                   "--no-resolv",
                                   "--no-hosts",
                                   "--local=/test/",
                                   "--listen-address=127.0.0.1",
                                   "--bind-interfaces",
                                   "--cache-size=2000",
                                   "--log-queries",
                                   "--log-facility=" + folder_.at("log"),
                                   fmt::format("--port={}", port_)};
  args.insert(args.end(), options.begin(), options.end());
  const std::vector<char*> argv = pointers(args);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const int error = ::posix_spawnp(&pid_, "setpriv", &files, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::runtime_error("cannot start dnsmasq");
  const bool started =
      eventually([&] { return log().find("started, version") != std::string::npos; }, kPatience);
  if (!started) throw std::runtime_error("dnsmasq (of dnsmasq-base) does not start: " + log());
}

Dnsmasq::~Dnsmasq() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string Dnsmasq::server() const { return fmt::format("127.0.0.1:{}", port_); }

std::string Dnsmasq::log() const {
  try {
    return read_file(folder_.at("log"));
  } catch (const std::runtime_error&) {
    return "";
  }
}

std::size_t Dnsmasq::count(std::string_view question) const {
  const std::string text = log();
  std::size_t count = 0;
  const std::string asked =
      std::string(question) + (question.find(' ') == question.npos ? "" : " ");
  for (std::size_t at = text.find(asked); at != std::string::npos; at = text.find(asked, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace fanfetch::support
