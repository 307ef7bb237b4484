#include "coordinator/reading/slice.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "common/sha256.h"

namespace fanfetch {
namespace {

/// More machines than anybody has; a list that is cut finer than this is not worth the reading.
constexpr unsigned kMostSlices = 1'000'000;
constexpr std::string_view kBy[] = {"origin", "link"};  // in the order of SliceBy
constexpr std::string_view kByMark = " by ";

/// nullopt: no number, or a larger one than unsigned holds.
std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// `1-3, 5` of the numbers from 1 to `count` that are in `numbers`, or of those that are not.
std::string ranges(const std::set<unsigned>& numbers, unsigned count, bool present) {
  std::string text;
  for (unsigned first = 1; first <= count; ++first) {
    if (numbers.contains(first) != present) continue;
    unsigned last = first;
    while (last < count && numbers.contains(last + 1) == present) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", first);
    if (last > first) text += fmt::format("-{}", last);
    first = last;
  }
  return text;
}

}  // namespace

std::string_view name(SliceBy by) { return kBy[static_cast<std::size_t>(by)]; }

Result<Slice> parse_slice(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto first = number(text.substr(0, slash));
  const auto count =
      slash == std::string_view::npos ? std::nullopt : number(text.substr(slash + 1));
  if (!first || !count || *count == 0 || *count > kMostSlices) {
    return fail("'{}' is no slice: I/N, with I from 1 to N, and N at most {}", text, kMostSlices);
  }
  if (*first == 0) {
    return fail(
        "slices are counted from 1: $((JOB_COMPLETION_INDEX + 1))/{0}; sbatch --array=1-{0}",
        *count);
  }
  if (*first > *count) {
    return fail("'{}' is no slice: the last one of {} is {}/{}", text, *count, *count, *count);
  }
  return Slice{.number = *first, .count = *count};
}

Result<SliceBy> parse_slice_by(std::string_view text) {
  const auto* const found = std::find(std::begin(kBy), std::end(kBy), text);
  if (found == std::end(kBy)) return fail("'{}' is neither origin nor link", text);
  return static_cast<SliceBy>(found - std::begin(kBy));
}

std::string to_text(const Slice& slice) {
  return fmt::format("{}/{}{}{}", slice.number, slice.count, kByMark, name(slice.by));
}

std::optional<Slice> slice_from_text(std::string_view text) {
  const std::size_t mark = text.find(kByMark);
  if (mark == std::string_view::npos) return std::nullopt;
  auto slice = parse_slice(text.substr(0, mark));
  const auto by = parse_slice_by(text.substr(mark + kByMark.size()));
  if (!slice || !by) return std::nullopt;
  slice->by = *by;
  return *slice;
}

unsigned slice_of(std::string_view key, unsigned count) {
  return static_cast<unsigned>(first_bits(sha256(key)) % count) + 1;
}

std::string slices_text(std::span<const Slice> slices) {
  std::map<std::pair<unsigned, SliceBy>, std::set<unsigned>> ways;
  for (const Slice& slice : slices) ways[{slice.count, slice.by}].insert(slice.number);
  std::string text;
  for (const auto& [way, numbers] : ways) {
    const auto [count, by] = way;
    if (numbers.size() == count) {
      text += fmt::format("all {} slices by {} are here\n", count, name(by));
      continue;
    }
    text += fmt::format("of {} slices by {} are here: {}; missing: {}\n", count, name(by),
                        ranges(numbers, count, true), ranges(numbers, count, false));
  }
  return text;
}

bool SliceChooser::takes(const ListedItem& item, std::uint64_t index) {
  if (item.url && item.problem.empty()) {
    if (const auto url = parse_url(*item.url)) return takes(*url);
  }
  const std::string text = item.url ? *item.url : fmt::format("entry {}", index);
  return slice_of(text, slice_.count) == slice_.number;
}

bool SliceChooser::takes(const Url& url) {
  if (slice_.by == SliceBy::link) return slice_of(url.normal, slice_.count) == slice_.number;
  std::string origin = url.origin();
  if (origin != last_origin_) {
    takes_last_ = slice_of(origin, slice_.count) == slice_.number;
    last_origin_ = std::move(origin);
  }
  return takes_last_;
}

}  // namespace fanfetch
