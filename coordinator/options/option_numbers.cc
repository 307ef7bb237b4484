#include "coordinator/options/option_numbers.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "common/ascii.h"
#include "common/human_text.h"

namespace fanfetch {
namespace {

/// Of `k`, `kib`, `mb`, …; of nothing and `b`, 1. nullopt: it is no unit of bytes.
std::optional<double> unit_bytes(std::string_view unit) {
  static constexpr std::string_view kPrefixes = "kmgt";
  if (unit.empty() || unit == "b") return 1;
  const std::size_t prefix = kPrefixes.find(unit.front());
  if (prefix == std::string_view::npos) return std::nullopt;
  const std::string_view rest = unit.substr(1);
  if (rest.empty() || rest == "ib") return std::ldexp(1.0, 10 * static_cast<int>(prefix + 1));
  if (rest == "b") return std::pow(1000.0, prefix + 1);
  return std::nullopt;
}

/// Error: `unit` counts bits (`mbit`, `kibit`, `mbps`), `number` of them; says what that is in
/// bytes. Networks count bits in thousands.
Result<> refuse_bits(std::string_view text, double number, std::string_view unit) {
  std::string_view prefix = unit;
  for (const std::string_view word : {"bits", "bit", "bps"}) {
    if (!prefix.ends_with(word)) continue;
    prefix.remove_suffix(word.size());
    std::string bytes_unit(prefix);
    if (!prefix.empty()) bytes_unit += 'b';  // `m` is 1024 squared, `mb` and `mib` say it
    const auto each = unit_bytes(bytes_unit);
    if (!each || number * *each >= std::ldexp(1.0, 53)) return {};
    return fail("'{}' counts bits; in bytes that is {}", text,
                option_size(static_cast<std::uint64_t>(number * *each / 8)));
  }
  return {};
}

/// A decimal number without sign or exponent, at the beginning of `text`, which is moved behind it.
std::optional<double> take_number(std::string_view& text) {
  double number = 0;
  if (text.empty() || !is_digit(text.front())) return std::nullopt;  // no "inf", no "-1"
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

}  // namespace

bool is_no_limit(std::string_view text) {
  const std::string word = to_lower(text);
  return word == "none" || word == "off" || word == "0";
}

Result<std::uint64_t> parse_count(std::string_view text, std::uint64_t min, std::uint64_t max) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end || number < min || number > max) {
    if (max == std::numeric_limits<std::uint64_t>::max()) {
      return fail("'{}' is not a whole number", text);
    }
    return fail("'{}' is not a whole number from {} to {}", text, min, max);
  }
  return number;
}

Result<std::uint64_t> parse_size(std::string_view text) {
  if (is_no_limit(text)) return 0;
  const auto wrong = [&] {
    return fail("'{}' is not a size such as 500, 64K, 1.5MiB, 2G or 2GB", text);
  };
  std::string_view rest = text;
  const auto number = take_number(rest);
  if (!number) return wrong();
  std::string unit = to_lower(trimmed(rest));
  if (unit.ends_with("/s")) unit.resize(unit.size() - 2);
  if (auto refused = refuse_bits(text, *number, unit); !refused) {
    return tl::unexpected(std::move(refused.error()));
  }
  const auto bytes_each = unit_bytes(unit);
  if (!bytes_each) return wrong();
  double bytes = *number * *bytes_each;
  // 2.01KB are 2010 bytes, and not the 2009.999… that binary fractions make of it.
  if (const double whole = std::round(bytes); std::abs(bytes - whole) <= 1e-12 * whole) {
    bytes = whole;
  }
  if (bytes >= std::ldexp(1.0, 53)) return fail("'{}' is more than any file holds", text);
  return static_cast<std::uint64_t>(bytes > 0 && bytes < 1 ? 1 : bytes);  // 0 would mean "no limit"
}

Result<std::chrono::milliseconds> parse_time(std::string_view text) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}};
  if (is_no_limit(text)) return std::chrono::milliseconds(0);
  const auto wrong = [&] {
    return fail("'{}' is not a time such as 30, 1.5s, 10m, 1h30m or 2d", text);
  };
  double seconds = 0;
  double smallest = std::numeric_limits<double>::infinity();  // units get smaller: 1h30m, not 30m1h
  std::string_view rest = text;
  do {
    const auto number = take_number(rest);
    rest = trimmed(rest);
    const std::size_t length = std::min(rest.find_first_of("0123456789 \t"), rest.size());
    const std::string word = to_lower(rest.substr(0, length));
    rest = trimmed(rest.substr(length));
    const auto* unit = std::ranges::find(kUnits, word, [](const auto& row) { return row.first; });
    const bool bare = word.empty() && smallest == std::numeric_limits<double>::infinity();
    if (!number || (!bare && (unit == std::end(kUnits) || unit->second >= smallest)) ||
        (bare && !rest.empty())) {
      return wrong();
    }
    smallest = bare ? 1 : unit->second;
    seconds += *number * smallest;
  } while (!rest.empty());
  const double milliseconds = std::ceil(seconds * 1000);  // never down to 0: "no limit"
  if (milliseconds > 30.0 * 24 * 3600 * 1000) return fail("'{}' is more than 30 days", text);
  return std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds));
}

Result<double> parse_rate(std::string_view text) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"/s", 1}, {"/m", 60}, {"/h", 3600}};
  static constexpr double kLeast = 1.0 / 3600, kMost = 1e6;
  if (is_no_limit(text)) return 0.0;
  std::string_view rest = text;
  const auto number = take_number(rest);
  const std::string word = to_lower(trimmed(rest));
  const auto* unit = std::ranges::find(kUnits, word, [](const auto& row) { return row.first; });
  if (number && word.empty()) {
    return fail("'{0}' needs its unit: {0}/s, {0}/m or {0}/h", text);
  }
  if (!number || unit == std::end(kUnits)) {
    return fail("'{}' is not a rate such as 5/s, 100/m or 1000/h", text);
  }
  const double rate = *number / unit->second;
  if (rate != 0 && (rate < kLeast || rate > kMost)) {
    return fail("'{}' is not between 1/h and {}/s", text, human_count(std::uint64_t{1'000'000}));
  }
  return rate;
}

Result<double> parse_percent(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_number(rest);
  if (!number || rest != "%" || *number > 100) return fail("'{}' is not from 0% to 100%", text);
  return *number;
}

}  // namespace fanfetch
