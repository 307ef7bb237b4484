#include "coordinator/process/shortage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <iterator>

namespace fanfetch {
namespace {

constexpr std::string_view kDescriptors = "raise ulimit -n, or lower --jobs and --workers";
constexpr std::string_view kMachine = "other programs have all that this machine can open";
constexpr std::string_view kMemory = "see ulimit -v and the memory of this machine or container";

struct Reason {
  std::string_view text;
  std::string_view advice;
};

/// Texts of glibc, which the program never translates, and of SQLite. As a Result has only its
/// sentence, which passes through many hands, the sentence is what can be asked at its end.
constexpr Reason kReasons[] = {
    {"Too many open files in system", kMachine},  // ENFILE
    {"Too many open files", kDescriptors},        // EMFILE
    {"Cannot allocate memory", kMemory},          // ENOMEM
    {"std::bad_alloc", kMemory},
    {"out of memory", kMemory},                    // SQLITE_NOMEM
    {"Resource temporarily unavailable", kMemory}  // EAGAIN of a process or thread to be started
};

const Reason* find(std::string_view sentence) {
  const auto* found =
      std::find_if(std::begin(kReasons), std::end(kReasons),
                   [&](const Reason& one) { return sentence.find(one.text) != sentence.npos; });
  return found == std::end(kReasons) ? nullptr : found;
}

}  // namespace

bool tells_of_shortage(std::string_view sentence) { return find(sentence) != nullptr; }

std::string with_advice_for_shortage(std::string_view sentence) {
  const Reason* reason = find(sentence);
  assert(reason != nullptr);
  const auto end = sentence.find(reason->text) + reason->text.size();
  return fmt::format("{}: {}", sentence.substr(0, end), reason->advice);
}

}  // namespace fanfetch
