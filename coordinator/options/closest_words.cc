#include "coordinator/options/closest_words.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "common/ascii.h"

namespace fanfetch {
namespace {

constexpr std::size_t kMost = 3;
/// No option and no command is that long; what is longer is not compared letter by letter.
constexpr std::size_t kLongest = 40;

/// Slips between two words (Damerau and Levenshtein; no letter is touched twice).
std::size_t slips(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

/// More would make another word of it.
std::size_t most_slips(std::size_t length) { return length < 3 ? 0 : length < 6 ? 1 : 2; }

bool is_part_of(std::string_view word, std::string_view known) {
  if (word.size() < 3) return false;
  return known.starts_with(word) || known.ends_with('-' + std::string(word));
}

}  // namespace

std::vector<std::string_view> closest_words(std::string_view word,
                                            std::span<const std::string_view> known) {
  std::vector<std::string_view> close;
  if (word.size() > kLongest) return close;
  const std::string lower = to_lower(word);
  std::size_t fewest = most_slips(lower.size()) + 1;
  for (const std::string_view one : known) {
    const std::size_t count = slips(lower, one);
    if (count < fewest) close.clear();
    fewest = std::min(fewest, count);
    if (count == fewest && count <= most_slips(lower.size())) close.push_back(one);
  }
  if (fewest > 1) {  // a single slip says more than a beginning
    std::vector<std::string_view> parts;
    std::ranges::copy_if(known, std::back_inserter(parts),
                         [&](std::string_view one) { return is_part_of(lower, one); });
    if (!parts.empty()) close = std::move(parts);
  }
  if (close.size() > kMost) close.resize(kMost);
  return close;
}

std::string alternatives(std::span<const std::string_view> words, std::string_view before) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text.append(before).append(words[i]);
  }
  return text;
}

}  // namespace fanfetch
