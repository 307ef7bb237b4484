#include "worker/check/robots_tag.h"

#include <algorithm>

#include "common/ascii.h"

namespace fanfetch {
namespace {

constexpr std::string_view kObjections[] = {"noai", "noimageai", "noindex", "none"};
/// Rules with a value after a colon; these words are not agents.
constexpr std::string_view kValued[] = {"unavailable_after", "max-snippet", "max-image-preview",
                                        "max-video-preview"};

template <std::size_t count>
const std::string_view* find(const std::string_view (&list)[count], std::string_view word) {
  const auto* found = std::find_if(std::begin(list), std::end(list),
                                   [&](std::string_view one) { return is_same_word(one, word); });
  return found == std::end(list) ? nullptr : found;
}

std::optional<std::string> objection_in(std::string_view value, std::string_view product) {
  bool concerns_us = true;
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    std::string_view rule = trimmed(value.substr(0, comma), kSpaceAndTab);
    value.remove_prefix(std::min(comma + 1, value.size()));
    if (const std::size_t colon = rule.find(':'); colon != std::string_view::npos) {
      const std::string_view word = trimmed(rule.substr(0, colon), kSpaceAndTab);
      // A date may contain commas and colons too; an agent's name contains no space.
      if (find(kValued, word) != nullptr || word.find(' ') != std::string_view::npos) continue;
      concerns_us = word == "*" || is_same_word(word, product);
      rule = trimmed(rule.substr(colon + 1), kSpaceAndTab);
    }
    if (!concerns_us) continue;
    if (const auto* objection = find(kObjections, rule)) return std::string(*objection);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> robots_objection(const ResponseHead& head, std::string_view product) {
  for (const std::string_view value : head.lines("X-Robots-Tag")) {
    if (auto objection = objection_in(value, product)) return objection;
  }
  return std::nullopt;
}

std::string_view product_name(std::string_view user_agent) {
  return user_agent.substr(0, user_agent.find_first_of("/ \t("));
}

}  // namespace fanfetch
