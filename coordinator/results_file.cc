#include "coordinator/results_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string_view>

#include "coordinator/report/jsonl_log.h"
#include "coordinator/settle/run_ledger.h"

namespace fanfetch {
namespace {

/// Of the file's beginning, more than the keys take by which a record is known.
constexpr std::size_t kLookedAt = std::size_t{1} << 20;

bool is_list_in(const SourceSpec& spec, const struct stat& target) {
  if (spec.kind != SourceSpec::Kind::list) return false;
  struct stat list {};
  const int status =
      spec.argument == "-" ? ::fstat(STDIN_FILENO, &list) : ::stat(spec.argument.c_str(), &list);
  return status == 0 && list.st_dev == target.st_dev && list.st_ino == target.st_ino;
}

bool holds_results(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string beginning(kLookedAt, '\0');
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<std::size_t>(file.gcount()));
  return begins_with_record(beginning);
}

}  // namespace

Result<> check_results_file(const std::string& results, const FileOptions& files,
                            const std::vector<ReaderSource>& sources) {
  if (is_own_file(results, files.output, ledger_path(files.output, files.ledger))) {
    return fail("--results would overwrite '{}', which is part of the ledger; choose another file",
                results);
  }
  struct stat target {};
  if (results.empty() || results == "-" || ::stat(results.c_str(), &target) != 0 ||
      !S_ISREG(target.st_mode)) {
    return {};
  }
  for (const auto& source : sources) {
    if (!is_list_in(source.spec, target)) continue;
    return fail("--results would overwrite the list '{}'; choose another file",
                source.spec.argument == "-" ? results : source.spec.argument);
  }
  if (target.st_size == 0 || holds_results(results)) return {};
  return fail(
      "--results would overwrite '{}', which holds no results of an earlier run; choose another "
      "FILE, or remove it",
      results);
}

}  // namespace fanfetch
