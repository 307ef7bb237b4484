#include "coordinator/net/hosts_file.h"

#include <algorithm>

#include "common/ascii.h"
#include "common/ip_network.h"

namespace fanfetch {
namespace {

constexpr std::string_view kBlanks = " \t\r\f\v";

/// The next word of the line, which is moved behind it; empty: there is none.
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
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
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

const std::vector<std::string>* HostsFile::find(const std::string& name, Instant now) {
  if (file_.has_changed(now)) table_ = parse_hosts(file_.read());
  const auto found = table_.find(name);
  return found == table_.end() ? nullptr : &found->second;
}

}  // namespace fanfetch
