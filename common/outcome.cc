#include "common/outcome.h"

namespace fanfetch {

std::string_view name(ErrorClass error) {
  switch (error) {
    case ErrorClass::bad_url: return "bad_url";
    case ErrorClass::filtered: return "filtered";
    case ErrorClass::duplicate: return "duplicate";
    case ErrorClass::refused: return "refused";
    case ErrorClass::dns: return "dns";
    case ErrorClass::connect: return "connect";
    case ErrorClass::tls: return "tls";
    case ErrorClass::timeout: return "timeout";
    case ErrorClass::http_4xx: return "http_4xx";
    case ErrorClass::http_5xx: return "http_5xx";
    case ErrorClass::rate_limited: return "rate_limited";
    case ErrorClass::too_large: return "too_large";
    case ErrorClass::truncated: return "truncated";
    case ErrorClass::protocol: return "protocol";
    case ErrorClass::wrong_type: return "wrong_type";
    case ErrorClass::placeholder: return "placeholder";
    case ErrorClass::redirects: return "redirects";
    case ErrorClass::disk: return "disk";
    case ErrorClass::crashed_worker: return "crashed_worker";
    case ErrorClass::no_link: return "no_link";
  }
  return "unknown";
}

std::optional<ErrorClass> error_class(std::string_view text) {
  for (int i = 0; i < kErrorClasses; ++i) {
    const auto error = static_cast<ErrorClass>(i);
    if (name(error) == text) return error;
  }
  return std::nullopt;
}

}  // namespace fanfetch
