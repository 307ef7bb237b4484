#include "coordinator/process/shortage.h"

#include <fmt/format.h>

#include <cassert>
#include <cstddef>

namespace fanfetch {
namespace {

constexpr std::string_view kDescriptors = "raise ulimit -n, or lower --jobs and --workers";
constexpr std::string_view kMachine = "other programs have all that this machine can open";
// A thread's stack that `ulimit -v` has no room for is refused in the same words.
constexpr std::string_view kProcesses =
    "see ulimit -u and -v, and the process limit of this container";
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
    {"out of memory", kMemory},                        // SQLITE_NOMEM
    {"Resource temporarily unavailable", kProcesses},  // EAGAIN of a process or a thread
};

/// A reason, and where it ends in the sentence.
struct Found {
  const Reason* reason = nullptr;
  std::size_t end = 0;
};

/// A reason stands behind `: `, or is all there is, and is followed by nothing or by what to do.
/// Names of files, and what servers say, are quoted.
Found find(std::string_view sentence) {
  for (const Reason& one : kReasons) {
    const std::size_t at = sentence.rfind(one.text);
    if (at == sentence.npos) continue;
    const std::size_t end = at + one.text.size();
    const bool begins = at == 0 || sentence.substr(0, at).ends_with(": ");
    const bool ends = end == sentence.size() || sentence[end] == ';' || sentence[end] == ':' ||
                      sentence.substr(end).starts_with(" (");
    if (begins && ends) return {&one, end};
  }
  return {};
}

}  // namespace

bool tells_of_shortage(std::string_view sentence) { return find(sentence).reason != nullptr; }

std::string with_advice_for_shortage(std::string_view sentence) {
  const auto [reason, end] = find(sentence);
  assert(reason != nullptr);
  return fmt::format("{}: {}", sentence.substr(0, end), reason->advice);
}

}  // namespace fanfetch
