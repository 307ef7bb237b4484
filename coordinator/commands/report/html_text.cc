#include "coordinator/commands/report/html_text.h"

#include <fmt/format.h>

#include "common/ascii.h"
#include "common/utf8.h"

namespace fanfetch {
namespace {

std::string with_references(std::string_view text) {
  std::string html;
  html.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    switch (c) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      case '\'': html += "&#39;"; break;
      default: html += c;
    }
  }
  return html;
}

bool leads_to_the_web(std::string_view url) {
  const std::string start = to_lower(url.substr(0, 8));
  return start.starts_with("http://") || start == "https://";
}

}  // namespace

std::string html_text(std::string_view text, std::size_t most) {
  return with_references(printable(text, most));
}

std::string html_lines(std::string_view text) { return with_references(printable_lines(text)); }

std::string html_link(std::string_view url, std::string_view html) {
  if (!leads_to_the_web(url)) return std::string(html);
  return fmt::format(R"(<a href="{}" rel="noreferrer noopener nofollow">{}</a>)",
                     with_references(printable_url(url)), html);
}

std::string html_link(std::string_view url) { return html_link(url, html_text(url, 300)); }

std::string html_command(std::string_view command) {
  return fmt::format("<pre class=\"command\"><code>{}</code></pre>\n",
                     html_text(command, command.size() * 8));
}

}  // namespace fanfetch
