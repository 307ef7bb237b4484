#include "coordinator/report/look.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "coordinator/process/journal.h"

namespace fanfetch {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

/// The first of them that is set and not empty holds (POSIX, 8.2).
bool is_utf8(const Surroundings& around) {
  for (const auto* locale : {&around.lc_all, &around.lc_ctype, &around.lang}) {
    if (!*locale || (*locale)->empty()) continue;
    std::string lower = **locale;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower.find(".utf-8") != std::string::npos || lower.find(".utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

Look look_for(const Surroundings& around) {
  Look look;
  look.redraws =
      around.is_terminal && around.term && !around.term->empty() && *around.term != "dumb";
  look.colour = look.redraws && around.no_color.value_or("").empty();
  look.unicode = look.redraws && *around.term != "linux" && is_utf8(around);
  if (!around.is_terminal) {
    const bool journal = is_journal(around.journal_stream, around.device, around.inode);
    look.stamp = journal ? Look::Stamp::priority : Look::Stamp::time;
  }
  return look;
}

Surroundings surroundings() {
  Surroundings around{.is_terminal = ::isatty(STDERR_FILENO) == 1,
                      .term = variable("TERM"),
                      .no_color = variable("NO_COLOR"),
                      .journal_stream = variable("JOURNAL_STREAM"),
                      .lc_all = variable("LC_ALL"),
                      .lc_ctype = variable("LC_CTYPE"),
                      .lang = variable("LANG")};
  struct stat file {};
  if (::fstat(STDERR_FILENO, &file) == 0) {
    around.device = file.st_dev;
    around.inode = file.st_ino;
  }
  return around;
}

std::string stamp(Look::Stamp kind, Level level, When when, WallTime now) {
  if (kind == Look::Stamp::priority) return fmt::format("<{}>", static_cast<int>(level));
  if (kind == Look::Stamp::none || when == When::whenever) return "";
  constexpr std::size_t kUpToSeconds = 19;  // of 2026-11-22T20:12:05.123Z
  return format_rfc3339(now).substr(0, kUpToSeconds) + "Z ";
}

std::string plain_text(const Spans& spans) {
  std::string text;
  for (const Span& span : spans) text += span.text;
  return text;
}

}  // namespace fanfetch
