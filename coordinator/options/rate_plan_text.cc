#include "coordinator/options/rate_plan_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/ascii.h"
#include "common/human_text.h"
#include "coordinator/options/option_numbers.h"

namespace fanfetch {
namespace {

using Entry = RatePlan::Entry;

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kExample = "'08:00,512K 18:00,off'";

std::string clock_text(std::chrono::minutes time) {
  return fmt::format("{:02}:{:02}", time.count() / 60, time.count() % 60);
}

/// `08:00` or `8:00`.
std::optional<std::chrono::minutes> parse_clock(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos || colon > 2 || text.size() != colon + 3) return std::nullopt;
  const auto hours = parse_count(text.substr(0, colon), 0, 23);
  const auto minutes = parse_count(text.substr(colon + 1), 0, 59);
  if (!hours || !minutes) return std::nullopt;
  return std::chrono::minutes(*hours * 60 + *minutes);
}

Result<Entry> parse_entry(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma == text.npos) {
    return fail("'{}' is no time and rate with a comma between them, as in {}", text, kExample);
  }
  const std::string_view clock = text.substr(0, comma);
  const auto at = parse_clock(clock);
  if (!at) return fail("'{}' is not a time of the day from 00:00 to 23:59", clock);
  const std::string_view rate = text.substr(comma + 1);
  if (to_lower(rate) == "pause") return Entry{.at = *at, .bytes = 0, .pause = true};
  auto bytes = parse_size(rate);
  if (!bytes) {
    if (!rate.empty() && rate.front() >= '0' && rate.front() <= '9') {
      return tl::unexpected(std::move(bytes.error()));
    }
    return fail("'{}' of {} is neither a rate such as 512K or 2MB/s, nor off, nor pause", rate,
                clock_text(*at));
  }
  return Entry{.at = *at, .bytes = *bytes, .pause = false};
}

bool is_timetable(std::string_view text) {
  return text.find_first_of(":,") != text.npos || to_lower(trimmed(text)) == "pause";
}

}  // namespace

Result<RatePlan> parse_rate_plan(std::string_view text) {
  if (!is_timetable(text)) return parse_size(text).map([](auto bytes) { return RatePlan(bytes); });
  std::vector<Entry> entries;
  std::string_view rest = trimmed(text);
  while (!rest.empty()) {
    const std::size_t length = std::min(rest.find_first_of(kBlanks), rest.size());
    auto entry = parse_entry(rest.substr(0, length));
    if (!entry) return tl::unexpected(std::move(entry.error()));
    if (std::ranges::find(entries, entry->at, &Entry::at) != entries.end()) {
      return fail("{} is there twice", clock_text(entry->at));
    }
    entries.push_back(*entry);
    rest = trimmed(rest.substr(length));
  }
  if (std::ranges::all_of(entries, &Entry::pause)) {
    return fail(
        "it only pauses, so that nothing would ever begin: add a time that ends the pause, "
        "as in '08:00,pause 18:00,off'");
  }
  return RatePlan(std::move(entries));
}

std::string rate_plan_text(const RatePlan& plan) {
  if (!plan.is_timetable()) return plan.bytes() == 0 ? "none" : option_size(plan.bytes());
  std::string text;
  for (const Entry& entry : plan.timetable()) {
    text += fmt::format("{}{},{}", text.empty() ? "" : " ", clock_text(entry.at),
                        allowed_text({.bytes = entry.bytes, .pause = entry.pause}));
  }
  return text;
}

std::string allowed_text(const AllowedRate& rate) {
  if (rate.pause) return "pause";
  return rate.bytes == 0 ? "off" : option_size(rate.bytes);
}

}  // namespace fanfetch
