#include "tests/support/real_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <netinet/in.h>
#include <rapidjson/document.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "tests/support/fault_origin.h"
#include "tests/support/pointers.h"
#include "tests/support/processes.h"

namespace fanfetch::support {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kGracefulEnd{10'000};
constexpr uid_t kNobody = 65534;  // Debian's, the group nogroup too

sockaddr_in socket_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, RealServer::address().c_str(), &address.sin_addr);
  return address;
}

UniqueFd tcp_socket() { return UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

std::uint16_t free_port() {
  const UniqueFd fd = tcp_socket();
  sockaddr_in address = socket_address(0);
  socklen_t size = sizeof address;
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "a free port");
  }
  return ntohs(address.sin_port);
}

/// Runs between fork and exec: only async-signal-safe calls, because the parent may have threads.
/// The server's output goes to the file `output` in its folder.
[[noreturn]] void become(const char* path, char* const* argv, char* const* envp, const char* folder,
                         const char* output, int stop_signal, pid_t parent) {
  ::setsid();
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::geteuid() == 0) {
    if (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) {
      ::_exit(127);
    }
  }
  ::prctl(PR_SET_PDEATHSIG, stop_signal);  // after the change of user, which resets it
  if (::getppid() != parent || ::chdir(folder) != 0) ::_exit(127);
  ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(::open(output, O_WRONLY | O_CREAT | O_APPEND, 0666), STDOUT_FILENO);
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  ::close_range(3, ~0U, 0);
  ::execve(path, argv, envp);
  ::_exit(127);
}

/// 0: the server does not know it any more. h2o logs `-` if its client hung up during the response.
std::uint16_t port_of(std::string_view text) {
  std::uint16_t port = 0;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port;
}

std::optional<LoggedRequest> json_line(const std::string& text) {
  rapidjson::Document line;
  line.Parse(text.c_str());
  if (line.HasParseError() || !line.IsObject() || !line.HasMember("request")) {
    throw std::runtime_error("a server's log holds " + text);
  }
  const auto& request = line["request"];
  return LoggedRequest{.path = request["uri"].GetString(),
                       .protocol = request.HasMember("proto") ? request["proto"].GetString() : "",
                       .status = line["status"].GetInt(),
                       .bytes = line["size"].GetUint64(),
                       .client_port = port_of(request["remote_port"].GetString())};
}

/// `127.0.0.1 - - [23/Nov/2026 22:13:15] "GET /a.bin HTTP/1.1" 200 -`, among other lines.
std::optional<LoggedRequest> python_line(const std::string& text) {
  const std::size_t begin = text.find("\"GET ");
  const std::size_t end = text.rfind("\" ");
  if (begin == std::string::npos || end <= begin) return std::nullopt;
  const std::string path = text.substr(begin + 5, text.find(' ', begin + 5) - begin - 5);
  return LoggedRequest{.path = path, .status = std::stoi(text.substr(end + 2))};
}

/// `1700000000.123 5 127.0.0.1 TCP_MISS/200 1234 GET http://127.0.0.1/a.bin - …`
std::optional<LoggedRequest> squid_line(const std::string& text) {
  std::istringstream fields(text);
  std::string time, took, client, result, size, method, url;
  fields >> time >> took >> client >> result >> size >> method >> url;
  if (method == "-") return std::nullopt;  // a connection without a request, such as start()'s
  return LoggedRequest{.path = method + ' ' + url,
                       .status = std::stoi(result.substr(result.find('/') + 1))};
}

}  // namespace

std::size_t count_connections(const std::vector<LoggedRequest>& requests) {
  std::set<std::uint16_t> ports;
  for (const LoggedRequest& request : requests) ports.insert(request.client_port);
  return ports.size();
}

RealServer::RealServer(Software software, Site site)
    : software_(software), speaks_tls_(!site.certificate.empty()) {
  place_ = {
      .folder = folder_.path(), .address = address(), .port = free_port(), .tls_port = free_port()};
  plan_ = plan_for(software, site, place_);
  if (!fs::exists(plan_.program)) {
    throw std::runtime_error(
        fmt::format("{} is not installed (Debian package {}; scripts/test "
                    "installs it)",
                    plan_.program, plan_.package));
  }
  for (const auto& [file, text] : plan_.files) folder_.write(file, text);
  if (speaks_tls_) {
    folder_.write("server.pem", read_file(site.certificate));
    folder_.write("server.key", read_file(site.key));
  }
  for (const char* name : {"www", "tmp"}) fs::create_directory(folder_.path() / name);
  if (::geteuid() == 0) {
    for (const char* name : {"", "tmp"}) {
      (void)!::chown(folder_.at(name).c_str(), kNobody, kNobody);
    }
  }
  fs::permissions(folder_.path(), static_cast<fs::perms>(0755));
  start();
}

RealServer::~RealServer() { stop(); }

std::string RealServer::address() {
  // 22 bits: the highest pid that Linux gives. 127.64.0.0 is far from what other tests use.
  const auto pid = static_cast<unsigned>(::getpid());
  return fmt::format("127.{}.{}.{}", 64 + ((pid >> 16) & 63), (pid >> 8) & 255, pid & 255);
}

void RealServer::start() {
  std::vector<std::string> args = plan_.args;
  args.insert(args.begin(), plan_.program);
  std::vector<std::string> env = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
                                  "HOME=" + folder_.at("tmp"), "XDG_DATA_HOME=" + folder_.at("tmp"),
                                  "XDG_CONFIG_HOME=" + folder_.at("tmp")};
  const std::vector<char*> argv = pointers(args);
  const std::vector<char*> envp = pointers(env);
  const std::string output = folder_.at("output");
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) {
    become(plan_.program.c_str(), argv.data(), envp.data(), place_.folder.c_str(), output.c_str(),
           plan_.stop_signal, parent);
  }
  bool ended = false;
  const bool ready = eventually(
      [&] {
        ended = has_ended();
        return ended || (connect_to(place_.port).valid() &&
                         (!speaks_tls_ || connect_to(place_.tls_port).valid()));
      },
      kPatience);
  if (ended || !ready) {
    stop();
    throw std::runtime_error(fmt::format("{} did not start:\n{}", name(software_), last_words()));
  }
}

UniqueFd RealServer::connect_to(std::uint16_t port) {
  UniqueFd fd = tcp_socket();
  sockaddr_in address = socket_address(port);
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fd.reset();
  return fd;
}

bool RealServer::has_ended() {
  if (pid_ < 0) return true;
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid_;
}

bool RealServer::stop() {
  if (pid_ < 0) return true;
  ::kill(pid_, plan_.stop_signal);
  const bool graceful =
      eventually([&] { return has_ended() && processes_of_session(pid_).empty(); }, kGracefulEnd);
  const auto none_left = [&] {
    const auto left = processes_of_session(pid_);
    for (const pid_t pid : left) ::kill(pid, SIGKILL);
    return left.empty();
  };
  if (!graceful) (void)eventually(none_left, kGracefulEnd);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
  return graceful;
}

void RealServer::put(std::string_view name, std::string_view bytes) const {
  const fs::path file = folder_.write(fmt::format("www/{}", name), bytes);
  fs::permissions(file, static_cast<fs::perms>(0644));
  fs::last_write_time(file, fs::file_time_type::clock::now() - 24h + 1min * ++files_put_);
}

void RealServer::forbid(std::string_view name) const {
  fs::permissions(folder_.path() / "www" / name, fs::perms::none);
}

std::string RealServer::url(std::string_view path) const {
  return fmt::format("http://{}:{}{}", place_.address, place_.port, path);
}

std::string RealServer::tls_url(std::string_view path) const {
  return fmt::format("https://{}:{}{}", place_.address, place_.tls_port, path);
}

std::vector<LoggedRequest> RealServer::requests() const {
  std::ifstream log(folder_.path() / (software_ == Software::python ? "output" : "access.log"));
  std::vector<LoggedRequest> all;
  std::string line;
  while (std::getline(log, line)) {
    std::optional<LoggedRequest> request;
    switch (software_) {
      case Software::python: request = python_line(line); break;
      case Software::squid: request = squid_line(line); break;
      default: request = json_line(line); break;
    }
    if (request) all.push_back(std::move(*request));
  }
  return all;
}

std::string RealServer::last_words() const {
  std::string text;
  for (const char* file : {"output", "error.log"}) {
    if (fs::exists(folder_.path() / file)) text += read_file(folder_.path() / file);
  }
  return text;
}

}  // namespace fanfetch::support
