// Replaces worker/check/known_placeholders.cc in a worker for which tests can serve a placeholder.

#include "worker/check/placeholders.h"

namespace fanfetch {

std::span<const Placeholder> known_placeholders() {
  static constexpr std::string_view kBody = "this stands for a picture that is gone";
  static const std::string hash = to_hex(sha256(kBody));
  static const Placeholder table[] = {{kBody.size(), hash, "the tests' placeholder"}};
  return table;
}

}  // namespace fanfetch
