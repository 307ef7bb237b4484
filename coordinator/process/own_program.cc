#include "coordinator/process/own_program.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace fanfetch {

Result<std::string> own_program(std::string_view name, std::string_view built) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    return fail("cannot find the program {}: /proc/self/exe: {}; is /proc mounted?", name,
                errno_text(error.value()));
  }
  const auto folder = self.parent_path();
  const auto in_libexec = (folder / FANFETCH_LIBEXEC_FROM_BIN / name).lexically_normal();
  const auto in_build = (folder / built).lexically_normal();
  for (const auto& path : {in_libexec, in_build}) {
    if (::access(path.c_str(), F_OK) == 0) return path.string();
    if (errno != ENOENT && errno != ENOTDIR) {
      return fail("cannot open the program {}: {}", path.string(), errno_text(errno));
    }
  }
  return fail("cannot find the program {}: neither {} nor {} is there; install fanfetch again",
              name, in_libexec.string(), in_build.string());
}

}  // namespace fanfetch
