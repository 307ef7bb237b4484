#pragma once

#include <string>
#include <vector>

namespace fanfetch::support {

/// `texts` as exec() wants an argv or an environment, with null at the end; valid as long as they
/// are and stay as they are.
[[nodiscard]] inline std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace fanfetch::support
