#include "tests/support/processes.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

namespace fanfetch::support {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLookEvery{5};

struct Stat {
  char state = 'X';
  pid_t parent = 0;
  pid_t session = 0;
};

/// proc(5), /proc/PID/stat: pid (name) state ppid pgrp session; the name may contain any character.
std::optional<Stat> read_stat(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  Stat stat;
  pid_t group = 0;
  std::istringstream rest(text.substr(name_end + 1));
  if (!(rest >> stat.state >> stat.parent >> group >> stat.session)) return std::nullopt;
  return stat;
}

template <class Matches>
std::vector<pid_t> find_processes(Matches matches) {
  std::vector<pid_t> found;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    const auto stat = read_stat(pid);
    if (stat && stat->state != 'Z' && stat->state != 'X' && matches(*stat)) found.push_back(pid);
  }
  return found;
}

/// The inode of the socket, by /proc/net/tcp: addresses are hexadecimal `ADDRESS:PORT`.
std::optional<std::string> inode_of_socket(std::uint16_t local_port, std::uint16_t remote_port) {
  const std::string local_end = fmt::format(":{:04X}", local_port);
  const std::string remote_end = fmt::format(":{:04X}", remote_port);
  std::ifstream table("/proc/net/tcp");
  std::string line;
  std::getline(table, line);  // headings
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    fields >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >>
        timeout >> inode;
    if (local.ends_with(local_end) && remote.ends_with(remote_end)) return inode;
  }
  return std::nullopt;
}

bool holds_socket(pid_t pid, const std::string& inode) {
  const std::string wanted = "socket:[" + inode + "]";
  std::error_code error;
  for (fs::directory_iterator it(fmt::format("/proc/{}/fd", pid), error), end; !error && it != end;
       it.increment(error)) {
    std::error_code gone;
    if (fs::read_symlink(it->path(), gone) == wanted) return true;
  }
  return false;
}

}  // namespace

std::vector<pid_t> processes_of_session(pid_t session) {
  return find_processes([session](const Stat& stat) { return stat.session == session; });
}

std::vector<pid_t> children_of(pid_t parent) {
  return find_processes([parent](const Stat& stat) { return stat.parent == parent; });
}

bool signal_is_pending(pid_t pid, int signal) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  std::string line;
  while (std::getline(status, line)) {
    if (!line.starts_with("ShdPnd:")) continue;
    const std::uint64_t mask = std::stoull(line.substr(7), nullptr, 16);
    return ((mask >> (signal - 1)) & 1) != 0;
  }
  return false;
}

std::optional<pid_t> owner_of_connection(pid_t session, std::uint16_t client_port,
                                         std::uint16_t server_port) {
  const auto inode = inode_of_socket(client_port, server_port);
  if (!inode) return std::nullopt;
  for (const pid_t pid : processes_of_session(session)) {
    if (holds_socket(pid, *inode)) return pid;
  }
  return std::nullopt;
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kLookEvery);
  }
  return true;
}

std::chrono::milliseconds cpu_time(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  std::getline(file, stat);
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;  // proc(5): 14 utime, 15 stime
  long user = 0;
  long kernel = 0;
  fields >> user >> kernel;
  return std::chrono::milliseconds((user + kernel) * 1000 / ::sysconf(_SC_CLK_TCK));
}

}  // namespace fanfetch::support
