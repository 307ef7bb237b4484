#include "coordinator/options/results_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "coordinator/names/path_text.h"
#include "coordinator/report/jsonl_log.h"
#include "coordinator/report/metrics_text.h"
#include "coordinator/settle/run_ledger.h"
#include "coordinator/settle/written_files.h"

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

std::string beginning_of(const std::string& path, std::size_t size) {
  std::ifstream file(path, std::ios::binary);
  std::string beginning(size, '\0');
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<std::size_t>(file.gcount()));
  return beginning;
}

bool holds_results(const std::string& path) {
  return begins_with_record(beginning_of(path, kLookedAt));
}

bool holds_metrics(const std::string& path) {
  return beginning_of(path, kMetricsBegin.size()) == kMetricsBegin;
}

/// Error: `target` is a list of `sources`.
Result<> check_is_no_list(std::string_view option, const std::string& path,
                          const struct stat& target, const std::vector<ReaderSource>& sources) {
  for (const auto& source : sources) {
    if (!is_list_in(source.spec, target)) continue;
    return fail("{} would overwrite the list '{}'; choose another file", option,
                source.spec.argument == "-" ? path : source.spec.argument);
  }
  return {};
}

Result<> check_is_not_own(std::string_view option, const std::string& path,
                          const FileOptions& files) {
  if (!is_own_file(path, files.folder())) return {};
  return fail("{} would overwrite '{}', which is part of the ledger; choose another file", option,
              path);
}

bool is_same_place(const std::string& one, const std::string& other) {
  std::error_code none;
  return std::filesystem::weakly_canonical(one, none) ==
         std::filesystem::weakly_canonical(other, none);
}

/// Where the file `path` lies.
std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? "." : path.substr(0, slash + 1);
}

}  // namespace

Result<> check_results_file(const std::string& results, const FileOptions& files,
                            const std::vector<ReaderSource>& sources) {
  if (auto own = check_is_not_own("--results", results, files); !own) return own;
  struct stat target {};
  if (results.empty() || results == "-" || ::stat(results.c_str(), &target) != 0 ||
      !S_ISREG(target.st_mode)) {
    return {};
  }
  if (auto no_list = check_is_no_list("--results", results, target, sources); !no_list) {
    return no_list;
  }
  if (target.st_size == 0 || holds_results(results)) return {};
  return fail(
      "--results would overwrite '{}', which holds no results of an earlier run; choose another "
      "FILE, or remove it",
      results);
}

Result<> check_metrics_file(const std::string& metrics, const std::string& results,
                            const FileOptions& files, const std::vector<ReaderSource>& sources) {
  if (metrics.empty()) return {};
  // They may not be there yet.
  if (is_same_place(metrics, results)) {
    return fail("--metrics and --results name the same file '{}'", metrics);
  }
  if (is_same_place(metrics, files.folder().ledger_path())) {
    return fail("--metrics and --ledger name the same file '{}'", metrics);
  }
  struct stat target {};
  if (::lstat(metrics.c_str(), &target) != 0) {
    if (errno == ENOENT && ::access(folder_of(metrics).c_str(), W_OK | X_OK) == 0) return {};
    return fail("--metrics cannot write '{}': {}; choose another file, or make its folder", metrics,
                errno_text(errno));
  }
  // Replacing a link would leave what it leads to as it is, and node_exporter reads that, perhaps.
  if (!S_ISREG(target.st_mode)) {
    return fail("--metrics would replace '{}', which is not a regular file; choose another file",
                metrics);
  }
  if (auto own = check_is_not_own("--metrics", metrics, files); !own) return own;
  if (auto no_list = check_is_no_list("--metrics", metrics, target, sources); !no_list) {
    return no_list;
  }
  if (target.st_size > 0 && !holds_metrics(metrics)) {
    return fail(
        "--metrics would overwrite '{}', which holds no metrics of an earlier run; choose another "
        "FILE, or remove it",
        metrics);
  }
  if (::access(folder_of(metrics).c_str(), W_OK | X_OK) == 0) return {};
  return fail("--metrics cannot write '{}': {}; choose another file", metrics, errno_text(errno));
}

Result<> check_is_no_download(std::string_view option, const std::string& path,
                              const std::string& output, History& history) {
  std::error_code none;
  const auto real = std::filesystem::weakly_canonical(path, none);
  const auto name = real.lexically_relative(std::filesystem::weakly_canonical(output, none));
  if (path.empty() || !history.name_taken(name_key(name.string()), 0)) return {};
  return fail("{} would overwrite '{}', which is a download; choose another file", option, path);
}

void note_written_files(const Options& options) {
  const FileOptions& files = options.files;
  if (!files.ledger.empty()) {
    note_written(WrittenFile::Kind::ledger, files.ledger, {files.output});
  }
  if (const std::string& results = options.report.results; !results.empty() && results != "-") {
    note_written(WrittenFile::Kind::results, results, {files.output});
  }
  if (const std::string& metrics = options.report.metrics; !metrics.empty()) {
    note_written(WrittenFile::Kind::metrics, metrics, {files.output});
  }
}

}  // namespace fanfetch
