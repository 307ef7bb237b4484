#include "tests/support/real_redis.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "common/unique_fd.h"
#include "tests/support/fault_origin.h"
#include "tests/support/pointers.h"
#include "tests/support/processes.h"
#include "tests/support/real_server.h"

namespace fanfetch::support {
namespace {

sockaddr_in redis_name(std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  ::inet_pton(AF_INET, RealRedis::address().c_str(), &name.sin_addr);
  return name;
}

bool accepts(std::uint16_t port) {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in name = redis_name(port);
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
}

}  // namespace

std::string RealRedis::address() { return RealServer::address(); }

std::uint16_t RealRedis::free_port() {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name = redis_name(0);
  socklen_t size = sizeof name;
  auto* generic = reinterpret_cast<sockaddr*>(&name);
  if (::bind(fd.get(), generic, size) != 0 || ::getsockname(fd.get(), generic, &size) != 0) {
    throw std::runtime_error("no port is free");
  }
  return ntohs(name.sin_port);
}

RealRedis::RealRedis(std::vector<std::string> config, Kind kind)
    : kind_(kind), port_(free_port()), tls_port_(free_port()) {
  std::string text =
      fmt::format("bind {}\nport {}\ndir {}\nlogfile {}\ndaemonize no\nprotected-mode no\n",
                  address(), port_, folder_.path().string(), folder_.at("log"));
  if (kind_ == Kind::server) text += "save \"\"\n";
  for (std::string& line : config) {
    if (const auto at = line.find("{tls}"); at != line.npos) {
      line.replace(at, 5, std::to_string(tls_port_));
    }
    text += line + "\n";
  }
  folder_.write("redis.conf", text);
  start();
}

RealRedis::~RealRedis() { kill(); }

std::string RealRedis::url() const { return fmt::format("redis://{}:{}", address(), port_); }

void RealRedis::start() {
  // It dies with the test, however that ends.
  std::vector<std::string> args = {"setpriv", "--pdeathsig=KILL", "/usr/bin/redis-server",
                                   folder_.at("redis.conf")};
  if (kind_ == Kind::sentinel) args.emplace_back("--sentinel");
  const std::vector<char*> argv = pointers(args);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    ::posix_spawn_file_actions_addopen(&files, fd, folder_.at("output").c_str(),
                                       O_WRONLY | O_CREAT | O_APPEND, 0644);
  }
  const int error = ::posix_spawnp(&pid_, "setpriv", &files, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::runtime_error("cannot start redis-server");
  const auto has_ended = [this] { return ::waitpid(pid_, nullptr, WNOHANG) != 0; };
  bool ended = false;
  const bool started =
      eventually([&] { return (ended = has_ended()) || accepts(port_); }, kPatience);
  if (ended) pid_ = -1;
  if (!started || ended) {
    throw std::runtime_error("redis-server (of redis-server) does not start: " + last_words());
  }
}

void RealRedis::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void RealRedis::cut_log(std::uintmax_t bytes) const {
  for (const auto& file : std::filesystem::directory_iterator(folder_.at("appendonlydir"))) {
    if (!file.path().string().ends_with(".incr.aof")) continue;
    const std::uintmax_t size = file.file_size();
    std::filesystem::resize_file(file.path(), size - std::min(size, bytes));
  }
}

void RealRedis::freeze() const { ::kill(pid_, SIGSTOP); }
void RealRedis::thaw() const { ::kill(pid_, SIGCONT); }

std::string RealRedis::ask(std::string_view command) const {
  const auto line =
      fmt::format("timeout 5 redis-cli -h {} -p {} {} 2>&1", address(), port_, command);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(line.c_str(), "r"), &::pclose);
  std::string output;
  char buffer[4096];
  while (pipe) {
    const std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe.get());
    if (size == 0) break;
    output.append(buffer, size);
  }
  return output;
}

std::string RealRedis::last_words() const {
  std::string words;
  for (const char* name : {"output", "log"}) {
    try {
      words += read_file(folder_.at(name));
    } catch (const std::runtime_error&) {
      words += fmt::format("(no {})", name);
    }
  }
  return words;
}

}  // namespace fanfetch::support
