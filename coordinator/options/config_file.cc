#include "coordinator/options/config_file.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "coordinator/options/option_values.h"
#include "coordinator/options/unknown_option.h"

namespace fanfetch {
namespace {

Result<Setting> parse_line(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return fail("a line is written 'name = value'");
  const std::string_view name = trimmed(line.substr(0, equals));
  const std::string_view value = trimmed(line.substr(equals + 1));

  Setting setting;
  setting.option = find_option(name);
  if (setting.option == nullptr) return fail("{}", unknown_setting(name));
  if (setting.option->in_config == InConfig::no) {
    return fail("'{}' belongs on the command line", name);
  }
  if (setting.option->value_count() < 2) {
    setting.values = {std::string(value)};
    return setting;
  }
  const std::size_t blank = value.find_first_of(" \t");
  if (blank == std::string_view::npos) {
    return fail("{} needs more: {} = {}", name, name, setting.option->value);
  }
  setting.values = {std::string(value.substr(0, blank)), std::string(trimmed(value.substr(blank)))};
  return setting;
}

/// As a shell would want it.
bool is_quoted(std::string_view value) {
  return value.size() > 1 && (value.front() == '\'' || value.front() == '"') &&
         value.front() == value.back();
}

}  // namespace

Result<std::vector<Setting>> parse_config(const std::string& path, std::string_view content) {
  static constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  std::vector<Setting> settings;
  for (int number = 1; !content.empty(); ++number) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = trimmed(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
    if (line.empty() || line.starts_with('#')) continue;
    auto setting = parse_line(line);
    if (!setting) return fail("{}:{}: {}", path, number, setting.error().message);
    setting->line = number;
    settings.push_back(std::move(*setting));
  }
  return settings;
}

Result<std::vector<Setting>> read_config(const std::string& path) {
  const auto content = read_small_file(path);
  if (!content) return tl::unexpected(content.error());
  return parse_config(path, *content);
}

Result<> apply_setting(Options& options, const std::string& path, const Setting& setting) {
  const auto applied = setting.option->apply(options, setting.values);
  if (applied) return {};
  return fail("{}:{}: {}: {}{}", path, setting.line, setting.option->long_name(),
              applied.error().message,
              is_quoted(setting.values[0]) ? "; a configuration file needs no quotes" : "");
}

std::optional<std::string> default_config_path() {
  const char* xdg = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  std::string path;
  if (xdg != nullptr && xdg[0] == '/') {  // the specification: a relative one does not count
    path = xdg;
  } else if (home != nullptr && home[0] != '\0') {
    path = std::string(home) + "/.config";
  } else {
    return std::nullopt;
  }
  path += "/fanfetch/config";
  if (::access(path.c_str(), F_OK) != 0) return std::nullopt;
  return path;
}

}  // namespace fanfetch
