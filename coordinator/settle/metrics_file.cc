#include "coordinator/settle/metrics_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "common/unique_fd.h"
#include "coordinator/process/write_all.h"

namespace fanfetch {
namespace {

/// 0 or an errno value.
int write_new(const std::string& path, std::string_view text) {
  const UniqueFd file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file.valid()) return errno;
  if (const int error = write_all(file.get(), text).second; error != 0) return error;
  return ::fchmod(file.get(), 0644) == 0 ? 0 : errno;  // whatever the umask
}

}  // namespace

std::string MetricsFile::temporary_path(const std::string& path) {
  const auto name = path.rfind('/') + 1;  // 0 where there is no slash
  return path.substr(0, name) + '.' + path.substr(name) + ".fanfetch-new";
}

Result<> MetricsFile::write(std::string_view text) const {
  const std::string temporary = temporary_path(path_);
  ::unlink(temporary.c_str());
  int error = write_new(temporary, text);
  if (error == 0 && ::rename(temporary.c_str(), path_.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(temporary.c_str());
  return fail("cannot write the metrics '{}': {}", path_, errno_text(error));
}

}  // namespace fanfetch
