#include "common/http/response_head.h"

#include <algorithm>

#include "common/ascii.h"

namespace fanfetch {
namespace {

/// Most heads fit, so that neither buffer grows.
constexpr std::size_t kUsualBytes = 1024;
constexpr std::size_t kUsualLines = 24;

/// What is left of `value` between its blanks and control characters, which become blanks.
std::string_view trimmed_value(std::string_view value) {
  const auto is_blank = [](char c) { return c == ' ' || is_control(c); };
  while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
  return value;
}

}  // namespace

ResponseHead::ResponseHead(int status, HttpVersion version) : status_(status), version_(version) {
  text_.reserve(kUsualBytes);
  lines_.reserve(kUsualLines);
}

bool ResponseHead::add(std::string_view name, std::string_view value) {
  value = trimmed_value(value);
  if (lines_.size() == kMaxLines || name.size() + value.size() > kMaxBytes - text_.size()) {
    too_long_ = true;
    return false;
  }
  lines_.push_back({.begin = static_cast<std::uint32_t>(text_.size()),
                    .name_size = static_cast<std::uint32_t>(name.size()),
                    .value_size = static_cast<std::uint32_t>(value.size())});
  text_ += name;
  for (const char c : value) text_ += is_control(c) ? ' ' : c;
  return true;
}

bool ResponseHead::tells_body_end() const {
  return body_length_.has_value() || !joined("Transfer-Encoding").empty();
}

ResponseHead::Line ResponseHead::line(std::size_t index) const {
  const Position& at = lines_[index];
  const std::string_view text(text_);
  return {.name = text.substr(at.begin, at.name_size),
          .value = text.substr(at.begin + at.name_size, at.value_size)};
}

std::string_view ResponseHead::first(std::string_view name) const {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Line one = line(i);
    if (is_same_word(one.name, name)) return one.value;
  }
  return "";
}

std::string ResponseHead::joined(std::string_view name) const {
  std::string all;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Line one = line(i);
    if (one.value.empty() || !is_same_word(one.name, name)) continue;
    if (!all.empty()) all += ", ";
    all += one.value;
  }
  return all;
}

std::vector<std::string_view> ResponseHead::lines(std::string_view name) const {
  std::vector<std::string_view> values;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Line one = line(i);
    if (is_same_word(one.name, name)) values.push_back(one.value);
  }
  return values;
}

}  // namespace fanfetch
