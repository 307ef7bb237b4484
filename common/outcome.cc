#include "common/outcome.h"

#include <cstddef>
#include <iterator>

#include "common/error_meaning.h"

namespace fanfetch {
namespace {

struct Row {
  ErrorClass error;
  std::string_view name;
  std::string_view meaning;
};

// In the order of ErrorClass.
constexpr Row kTable[] = {
    {ErrorClass::bad_url, "bad_url", "it is no URL that can be asked for"},
    {ErrorClass::filtered, "filtered", "skipped, as --accept, --min-size and the like want it"},
    {ErrorClass::duplicate, "duplicate", "skipped: the list has the same link before"},
    {ErrorClass::refused, "refused", "by policy: a private or reserved address, see --allow-net"},
    {ErrorClass::dns, "dns", "its host has no address, or no server said so"},
    {ErrorClass::connect, "connect", "no connection to the host or proxy, or it broke at once"},
    {ErrorClass::tls, "tls", "no encrypted connection, such as a bad certificate"},
    {ErrorClass::timeout, "timeout", "no answer, or too slow: see --stall-timeout and --timeout"},
    {ErrorClass::http_4xx, "http_4xx", "the server refuses it: 404, 403 and the like"},
    {ErrorClass::http_5xx, "http_5xx", "the server has a fault of its own"},
    {ErrorClass::rate_limited, "rate_limited", "the host wants to be asked less often (429)"},
    {ErrorClass::too_large, "too_large", "more than --max-size, or than can be decoded"},
    {ErrorClass::truncated, "truncated", "it broke off before its end"},
    {ErrorClass::protocol, "protocol", "the response is not HTTP as it should be"},
    {ErrorClass::wrong_type, "wrong_type", "it is not what it claims to be: see --check"},
    {ErrorClass::placeholder, "placeholder", "a picture in place of one that was removed"},
    {ErrorClass::redirects, "redirects", "more than 10 redirects, or one to no URL"},
    {ErrorClass::disk, "disk", "it cannot be written"},
    {ErrorClass::crashed_worker, "crashed_worker", "its workers, or a fleet's nodes, died over it"},
    {ErrorClass::no_link, "no_link", "an entry of the list that leads nowhere"},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < std::size(kTable); ++i) {
    if (static_cast<std::size_t>(kTable[i].error) != i) return false;
  }
  return std::size(kTable) == kErrorClasses;
}
static_assert(is_in_order());

}  // namespace

std::string_view name(ErrorClass error) { return kTable[static_cast<std::size_t>(error)].name; }

std::string_view meaning(ErrorClass error) {
  return kTable[static_cast<std::size_t>(error)].meaning;
}

std::optional<ErrorClass> error_class(std::string_view text) {
  for (const Row& row : kTable) {
    if (row.name == text) return row.error;
  }
  return std::nullopt;
}

}  // namespace fanfetch
