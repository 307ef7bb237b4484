#include "common/http/response_head.h"

#include <algorithm>

#include "common/ascii.h"

namespace fanfetch {
namespace {

/// Most heads fit, so that neither buffer grows.
constexpr std::size_t kUsualHeadBytes = 1024;
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
  text_.reserve(kUsualHeadBytes);
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
  const auto begin = static_cast<std::ptrdiff_t>(text_.size());
  text_ += value;
  if (has_control(value)) std::replace_if(text_.begin() + begin, text_.end(), is_control, ' ');
  return true;
}

bool ResponseHead::tells_body_end() const {
  return body_length_.has_value() || !joined("Transfer-Encoding").empty();
}

ResponseHead::Line ResponseHead::line(std::size_t index) const {
  const Position& at = lines_[index];
  return {.name = std::string_view(text_).substr(at.begin, at.name_size), .value = value_at(at)};
}

std::string_view ResponseHead::first(std::string_view name) const {
  const auto found =
      std::ranges::find_if(lines_, [&](const Position& at) { return is_called(at, name); });
  return found == lines_.end() ? "" : value_at(*found);
}

std::string ResponseHead::joined(std::string_view name) const {
  std::string all;
  each(name, [&all](std::string_view value) {
    if (value.empty()) return;
    if (!all.empty()) all += ", ";
    all += value;
  });
  return all;
}

std::vector<std::string_view> ResponseHead::lines(std::string_view name) const {
  std::vector<std::string_view> values;
  each(name, [&values](std::string_view value) { values.push_back(value); });
  return values;
}

}  // namespace fanfetch
