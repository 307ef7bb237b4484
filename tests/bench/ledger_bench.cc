// Fills a ledger with rows as a run does, in batches: for scripts/bench ledger.
// Usage: ledger_bench OUTPUT_FOLDER ROWS URL_PREFIX
// Row N is URL_PREFIX and `N.jpg`, saved as an empty file `N.jpg`, which is made too. Prints the
// wall and CPU time a row of the ledger alone, in microseconds.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "common/unique_fd.h"
#include "common/url.h"
#include "coordinator/ledger/batch_policy.h"
#include "coordinator/ledger/open_ledger.h"
#include "coordinator/ledger/sqlite_ledger.h"
#include "coordinator/plan/path_text.h"

namespace fanfetch {
namespace {

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

LedgerEntry make_entry(int folder, std::uint64_t index, const std::string& prefix) {
  const std::string name = fmt::format("{}.jpg", index);
  const auto url = parse_url(prefix + name);
  const Sha256Digest hash = sha256(url->text);
  LedgerEntry entry;
  LedgerRow& row = entry.row;
  row.link = link_id(hash);
  row.name_key = name_key(name);
  Record& record = row.record;
  record.index = index;
  record.url = url->text;
  record.status = Status::saved;
  record.file_name = name;
  record.bytes = 0;
  record.sha256 = to_hex(hash);
  record.http_status = 200;
  record.content_type = "image/jpeg";
  record.final_url = url->text;
  record.etag = "\"5f3c-61b2a4\"";
  record.last_modified = "Sun, 22 Nov 2026 10:00:00 GMT";
  record.attempts = 1;
  record.started_at = std::chrono::system_clock::now();
  record.duration = std::chrono::milliseconds(12);
  ::close(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  row.file = stamp_of(folder, name);
  entry.placing = Placing{.part = to_hex(hash), .inode = index, .replaces = std::nullopt};
  return entry;
}

int run(const std::string& output, std::uint64_t rows, const std::string& prefix) {
  std::filesystem::create_directories(output + "/.fanfetch");
  const UniqueFd folder(::open(output.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::string path = output + "/.fanfetch/ledger.sqlite";
  auto opened = open_ledger(path);
  if (!opened) {
    fmt::print(stderr, "{}\n", opened.error().message);
    return EXIT_FAILURE;
  }
  SqliteLedger ledger(std::move(opened->database), path);
  if (!ledger.begin_run(std::chrono::system_clock::now(), ::getpid())) return EXIT_FAILURE;
  double wall = 0, cpu = 0;
  for (std::uint64_t next = 1; next <= rows;) {
    std::vector<LedgerEntry> batch;
    for (; next <= rows && batch.size() < BatchPolicy::kFull; ++next) {
      batch.push_back(make_entry(folder.get(), next, prefix));
    }
    const auto start = std::chrono::steady_clock::now();
    const double cpu_start = cpu_seconds();
    if (const auto written = ledger.write(batch); !written) {
      fmt::print(stderr, "{}\n", written.error().message);
      return EXIT_FAILURE;
    }
    wall += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    cpu += cpu_seconds() - cpu_start;
  }
  if (!ledger.clear_placing()) return EXIT_FAILURE;
  fmt::print("{} rows: {:.1f} us a row, {:.1f} us of CPU\n", rows,
             wall * 1e6 / static_cast<double>(rows), cpu * 1e6 / static_cast<double>(rows));
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace fanfetch

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: ledger_bench OUTPUT_FOLDER ROWS URL_PREFIX\n");
    return 2;
  }
  return fanfetch::run(argv[1], std::strtoull(argv[2], nullptr, 10), argv[3]);
}
