// libFuzzer harness of a configuration file, and of the values of options. Input: a byte that
// chooses, then the file, or a value. See scripts/fuzz.

#include "common/human_text.h"
#include "common/utf8.h"
#include "coordinator/link/request_header.h"
#include "coordinator/options/config_file.h"
#include "coordinator/options/option_table.h"
#include "coordinator/options/option_values.h"
#include "coordinator/options/options.h"
#include "tests/fuzz/fuzz_input.h"

namespace fanfetch::fuzz {
namespace {

bool is_header(std::string_view line) {
  const std::size_t colon = line.find(": ");
  return colon != std::string_view::npos && is_token(line.substr(0, colon)) &&
         is_header_text(line.substr(colon + 2));
}

/// What an option would open, a harness leaves alone.
bool names_a_file(const OptionRow& row, std::span<const std::string> values) {
  return row.value.find("FILE") != std::string_view::npos || values.back().starts_with('@');
}

void check_config(const std::string& content) {
  const auto settings = parse_config("config", content);
  if (!settings) {
    REQUIRE(settings.error().message.starts_with("config:"));
    return;
  }
  Options options;
  int line = 0;
  for (const Setting& setting : *settings) {
    REQUIRE(setting.option != nullptr && setting.option->in_config != InConfig::no);
    REQUIRE(setting.line > line);
    line = setting.line;
    const auto wanted = static_cast<std::size_t>(std::max(setting.option->value_count(), 1));
    REQUIRE(setting.values.size() == wanted);
    if (setting.option->apply == nullptr || names_a_file(*setting.option, setting.values)) continue;
    const auto applied = setting.option->apply(options, setting.values);
    if (!applied) REQUIRE(!applied.error().message.empty());
  }
  for (const std::string& header : options.job.headers) REQUIRE(is_header(header));
  for (const HostHeader& only : options.job.host_headers) REQUIRE(is_header(only.header));
  REQUIRE(is_header_text(options.job.user_agent));
}

void check_values(const std::string& text) {
  if (const auto size = parse_size(text)) {
    REQUIRE(parse_size(std::to_string(*size)) == *size);
    REQUIRE(parse_size(option_size(*size)) == *size);
  }
  if (const auto time = parse_time(text)) {
    REQUIRE(time->count() >= 0 && *time <= std::chrono::hours(24 * 30));
  }
  if (const auto count = parse_count(text, 3, 1000)) REQUIRE(*count >= 3 && *count <= 1000);
  if (const auto rate = parse_rate(text)) REQUIRE(*rate >= 0 && *rate < 1e18);
  if (const auto percent = parse_percent(text)) REQUIRE(*percent >= 0 && *percent <= 100);
  if (const auto character = parse_delimiter(text)) {
    REQUIRE(static_cast<unsigned char>(*character) < 0x80 && *character != '\n' &&
            *character != '\r' && *character != '\0');
  }
  if (const auto host = parse_host(text)) {
    REQUIRE(!host->host.empty() && host->port != std::uint16_t{0});
    const auto again = parse_host(host->host);
    REQUIRE(again && again->host == host->host);
  }
  if (const auto header = parse_request_header(text)) REQUIRE(is_header(*header));
  if (!text.starts_with('@')) {
    if (const auto headers = read_headers(text)) {
      for (const std::string& header : *headers) REQUIRE(is_header(header));
    }
  }
  if (const auto servers = parse_dns_servers(text)) REQUIRE(!servers->empty());
  for (const std::string& extension : parse_extensions(text)) {
    REQUIRE(!extension.empty() && !extension.starts_with('.'));
  }
  (void)parse_per_host(text);
  (void)parse_types(text);
  (void)parse_bool(text);
  (void)parse_retry_failed(text);
}

}  // namespace
}  // namespace fanfetch::fuzz

// libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanfetch::fuzz;
  Input input(data, size);
  if (input.byte() % 2 == 0) {
    check_config(input.rest());
  } else {
    check_values(input.rest());
  }
  return 0;
}
