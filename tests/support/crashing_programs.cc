#include "tests/support/crashing_programs.h"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace fanfetch::support {
namespace {

namespace fs = std::filesystem;

/// Makes a hard link, or a copy on another file system.
void lay_out(const char* variable, const fs::path& place) {
  const char* program = ::getenv(variable);
  if (program == nullptr) throw std::runtime_error(std::string(variable) + " must name a program");
  fs::create_directories(place.parent_path());
  std::error_code elsewhere;
  fs::create_hard_link(program, place, elsewhere);
  if (elsewhere) fs::copy_file(program, place);
}

}  // namespace

CrashingPrograms::CrashingPrograms() {
  lay_out("FANFETCH_CRASHING", folder_.path() / "coordinator/fanfetch");
  lay_out("FANFETCH_CRASHING_WORKER", folder_.path() / "worker/fanfetch-worker");
}

}  // namespace fanfetch::support
