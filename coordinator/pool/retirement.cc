#include "coordinator/pool/retirement.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

#include "common/file_content.h"

namespace fanfetch {

std::optional<std::string> why_to_retire(const WorkerUse& use, std::uint64_t most_memory) {
  constexpr double kMebibyte = 1024.0 * 1024;
  if (most_memory > 0 && use.memory > most_memory) {
    return fmt::format("takes {:.0f} MiB of memory, and --worker-memory is {:.0f} MiB",
                       static_cast<double>(use.memory) / kMebibyte,
                       static_cast<double>(most_memory) / kMebibyte);
  }
  if (use.jobs >= kMostJobsOfAWorker) return fmt::format("has done {} requests", use.jobs);
  return std::nullopt;
}

std::uint64_t resident_memory(int pid) {
  // proc(5): size, resident, … in pages.
  const std::string statm = file_content(fmt::format("/proc/{}/statm", pid), 1);
  const std::size_t resident_at = statm.find(' ') + 1;
  std::uint64_t resident = 0;
  if (resident_at > 0) {
    std::from_chars(statm.data() + resident_at, statm.data() + statm.size(), resident);
  }
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace fanfetch
