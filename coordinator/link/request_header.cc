#include "coordinator/link/request_header.h"

#include <algorithm>

#include "common/ascii.h"

namespace fanfetch {
namespace {

/// They say where a request goes, where it ends, and that it is for the whole file.
bool is_fanfetchs_own(std::string_view name) {
  return name == "host" || name == "connection" || name == "content-length" ||
         name == "transfer-encoding" || name == "range" || name == "if-range";
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

Result<std::string> parse_request_header(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return fail("a header is written \"Name: value\"");
  const std::string_view name = text.substr(0, colon);
  if (!is_token(name))
    return fail("a header is written \"Name: value\", with no blank in its name");
  if (is_fanfetchs_own(to_lower(name))) return fail("{} is set by fanfetch itself", name);
  const std::string_view value = text.substr(colon + 1);
  if (!is_header_text(value)) return fail("header {} has a control character in its value", name);
  if (trimmed(value).empty()) return fail("header {} has no value", name);
  return fmt::format("{}: {}", name, trimmed(value));
}

bool is_header_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

}  // namespace fanfetch
