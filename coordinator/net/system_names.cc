#include "coordinator/net/system_names.h"

#include <algorithm>

#include "common/ascii.h"

namespace fanfetch {
namespace {

constexpr std::uint16_t kDnsPort = 53;
constexpr std::string_view kBlanks = " \t\r\f\v";

/// The next line without its end, which is removed from `text`.
std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

/// The next word, which is removed from `line`; empty: there is none.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

std::string normal_name(std::string_view word) {
  if (word.ends_with('.')) word.remove_suffix(1);
  return to_lower(word);
}

}  // namespace

HostsTable parse_hosts(std::string_view text) {
  HostsTable table;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    line = line.substr(0, line.find('#'));
    const auto ip = parse_ip(take_word(line));
    if (!ip) continue;
    const std::string address = to_text(*ip);
    for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
      auto& addresses = table[normal_name(word)];
      if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
        addresses.push_back(address);
      }
    }
  }
  return table;
}

DnsServers parse_resolv_conf(std::string_view text) {
  DnsServers result;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    line = line.substr(0, line.find_first_of("#;"));
    const std::string_view keyword = take_word(line);
    for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
      if (keyword == "options" && word == "rotate") result.rotate = true;
      if (keyword != "nameserver") continue;
      if (const auto address = parse_ip(word)) result.servers.push_back({*address, kDnsPort});
    }
  }
  if (result.servers.empty()) result.servers.push_back({*parse_ip("127.0.0.1"), kDnsPort});
  return result;
}

}  // namespace fanfetch
