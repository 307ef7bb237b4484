#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "coordinator/names/name_form.h"

namespace fanfetch {

/// What a run has learned of the names that the file system of its folder refuses, so that each
/// further one is written at once as it will be taken. Only what holds for every name: that one has
/// letters beyond ASCII which are refused says nothing of others, nor does a file in the place of a
/// folder. Pure.
class NameLimits {
 public:
  /// `name` was refused as it was, and taken in that form.
  void learn(std::string_view name, const NameForm& form);
  /// The form that `name` is known to need; nullopt: none, as it is. REQUIRES: it is clean.
  [[nodiscard]] std::optional<NameForm> form_of(std::string_view name) const;

 private:
  bool only_portable_ = false;
  std::size_t too_long_ = std::string_view::npos;  // bytes of the shortest component refused
  std::size_t max_component_ = kMaxComponentBytes;
};

}  // namespace fanfetch
