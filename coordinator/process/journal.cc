#include "coordinator/process/journal.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>

namespace fanfetch {

bool is_journal(const std::optional<std::string>& stream, std::uint64_t device,
                std::uint64_t inode) {
  return stream == fmt::format("{}:{}", device, inode);
}

bool goes_to_journal(int fd) {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat file {};
  return stream != nullptr && ::fstat(fd, &file) == 0 &&
         is_journal(std::string(stream), file.st_dev, file.st_ino);
}

}  // namespace fanfetch
