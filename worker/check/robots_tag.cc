#include "worker/check/robots_tag.h"

#include <strings.h>

#include <algorithm>

namespace fanfetch {
namespace {

constexpr std::string_view kObjections[] = {"noai", "noimageai", "noindex", "none"};
/// Rules with a value behind a colon, which are no agents.
constexpr std::string_view kValued[] = {"unavailable_after", "max-snippet", "max-image-preview",
                                        "max-video-preview"};

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

template <std::size_t count>
const std::string_view* find(const std::string_view (&list)[count], std::string_view word) {
  const auto* found = std::find_if(std::begin(list), std::end(list),
                                   [&](std::string_view one) { return equal(one, word); });
  return found == std::end(list) ? nullptr : found;
}

std::string_view trimmed(std::string_view text) {
  static constexpr std::string_view kBlanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);  // npos + 1 is 0
}

std::optional<std::string> objection_in(std::string_view value, std::string_view product) {
  bool concerns_us = true;
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    std::string_view rule = trimmed(value.substr(0, comma));
    value.remove_prefix(std::min(comma + 1, value.size()));
    if (const std::size_t colon = rule.find(':'); colon != std::string_view::npos) {
      const std::string_view word = trimmed(rule.substr(0, colon));
      // A date may hold commas and colons too; no agent holds a blank.
      if (find(kValued, word) != nullptr || word.find(' ') != std::string_view::npos) continue;
      concerns_us = word == "*" || equal(word, product);
      rule = trimmed(rule.substr(colon + 1));
    }
    if (!concerns_us) continue;
    if (const auto* objection = find(kObjections, rule)) return std::string(*objection);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> robots_objection(std::span<const std::string> values,
                                            std::string_view product) {
  for (const std::string& value : values) {
    if (auto objection = objection_in(value, product)) return objection;
  }
  return std::nullopt;
}

std::string_view product_name(std::string_view user_agent) {
  return user_agent.substr(0, user_agent.find_first_of("/ \t("));
}

}  // namespace fanfetch
