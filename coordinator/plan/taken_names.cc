#include "coordinator/plan/taken_names.h"

#include <functional>

namespace fanfetch {

bool TakenNames::take(std::string_view folded) {
  Entry entry{std::hash<std::string_view>()(folded)};
  if (entry.is_free()) entry.hash = 1;
  return table_.insert(entry) == nullptr;
}

}  // namespace fanfetch
