#include "coordinator/names/name_limits.h"

#include <algorithm>

namespace fanfetch {
namespace {

constexpr NameForm kPortable{.letters = NameForm::Letters::portable};

std::size_t longest_component(std::string_view path) {
  std::size_t longest = 0;
  for (;;) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    longest = std::max(longest, slash);
    if (slash == path.size()) return longest;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

void NameLimits::learn(std::string_view name, const NameForm& form) {
  if (form.joined || form.plain) return;
  if (form.letters == NameForm::Letters::portable && in_form(name, kPortable) != name) {
    only_portable_ = true;
  }
  if (form.max_component < kMaxComponentBytes) {
    too_long_ = std::min(too_long_, longest_component(name));
    max_component_ = std::min(max_component_, form.max_component);
  }
}

std::optional<NameForm> NameLimits::form_of(std::string_view name) const {
  NameForm form;
  if (only_portable_ && in_form(name, kPortable) != name) form.letters = kPortable.letters;
  if (too_long_ != name.npos && longest_component(name) >= too_long_) {
    form.max_component = max_component_;
  }
  if (form == NameForm()) return std::nullopt;
  return form;
}

}  // namespace fanfetch
