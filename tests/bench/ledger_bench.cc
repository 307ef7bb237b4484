// What the ledger costs, for scripts/bench ledger. Usage:
//   ledger_bench rows FOLDER ROWS PREFIX [no-files]
//     fills FOLDER's ledger as a run does: row N is the link PREFIX + `N.jpg`, saved as the empty
//     file `N.jpg`, which is made too
//   ledger_bench settle FOLDER FILES [sync]
//     FILES parts of 10 KB get their names: by rename alone, then as a run does it (two look-ups a
//     link, batches, rows, renames), with or without the syncs
// Both print what a row or file costs, in microseconds.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <vector>

#include "common/unique_fd.h"
#include "common/url.h"
#include "coordinator/ledger/history.h"
#include "coordinator/ledger/open_ledger.h"
#include "coordinator/ledger/sqlite_ledger.h"
#include "coordinator/names/path_text.h"
#include "coordinator/process/write_all.h"
#include "coordinator/settle/batch_policy.h"
#include "coordinator/settle/batch_settler.h"

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

/// Wall and CPU time of something, added up.
class Cost {
 public:
  void begin() {
    start_ = std::chrono::steady_clock::now();
    cpu_start_ = cpu_seconds();
  }
  void end() {
    wall_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    cpu_ += cpu_seconds() - cpu_start_;
  }
  void print(const char* what, std::uint64_t count) const {
    fmt::print("{:<28} {:>8.1f} us, {:>6.1f} us of CPU\n", what,
               wall_ * 1e6 / static_cast<double>(count), cpu_ * 1e6 / static_cast<double>(count));
  }

 private:
  Instant start_{};
  double cpu_start_ = 0;
  double wall_ = 0, cpu_ = 0;
};

[[noreturn]] void leave(const std::string& why) {
  fmt::print(stderr, "ledger_bench: {}\n", why);
  std::exit(EXIT_FAILURE);
}

/// A folder with a ledger, as a run has it.
struct Bench {
  explicit Bench(const std::string& output) : path(output + "/.fanfetch/ledger.sqlite") {
    std::filesystem::create_directories(output + "/.fanfetch/part");
    folder.reset(::open(output.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    parts.reset(::openat(folder.get(), ".fanfetch/part", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    auto opened = open_ledger(path);
    if (!opened) leave(opened.error().message);
    ledger = std::make_unique<SqliteLedger>(std::move(opened->database), path);
    if (!ledger->begin_run(std::chrono::system_clock::now(), ::getpid())) leave("no run");
  }

  std::string path;
  UniqueFd folder, parts;
  std::unique_ptr<SqliteLedger> ledger;
};

Response response() {
  return {.http_status = 200,
          .content_type = "image/jpeg",
          .etag = "\"5f3c-61b2a4\"",
          .last_modified = "Sun, 22 Nov 2026 10:00:00 GMT"};
}

FinishedLink finished_of(std::uint64_t index, const std::string& prefix, std::uint64_t bytes) {
  FinishedLink finished{.link = {.index = index, .name = fmt::format("{}.jpg", index)},
                        .attempts = 1,
                        .started_at = std::chrono::system_clock::now()};
  Link& link = finished.link;
  link.url = *parse_url(prefix + link.name);
  link.listed = finished.final_url = link.url.normal;
  link.hash = sha256(link.url.normal);
  link.name_key = name_key(link.name);
  finished.outcome = Saved{.response = response(), .bytes = bytes, .sha256 = link.hash};
  return finished;
}

LedgerEntry entry_of(int folder, FinishedLink finished, bool make_file) {
  const Sha256Digest hash = finished.link.hash;
  const std::string name = finished.link.name;
  LedgerEntry entry;
  entry.row.link = link_id(hash);
  entry.row.name_key = finished.link.name_key;
  entry.row.record = record_of(std::move(finished));
  entry.row.record.file_name = name;
  if (make_file) ::close(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  entry.row.file = stamp_of(folder, name).value_or(FileStamp{});
  entry.rename = PendingRename{.part = to_hex(hash)};
  return entry;
}

void fill(const std::string& output, std::uint64_t rows, const std::string& prefix,
          bool make_files) {
  Bench bench(output);
  Cost cost;
  for (std::uint64_t next = 1; next <= rows;) {
    std::vector<LedgerEntry> batch;
    for (; next <= rows && batch.size() < BatchPolicy::kFull; ++next) {
      batch.push_back(entry_of(bench.folder.get(), finished_of(next, prefix, 0), make_files));
    }
    cost.begin();
    if (const auto written = bench.ledger->write(batch); !written) leave(written.error().message);
    cost.end();
  }
  if (!bench.ledger->clear_renames()) leave("placing was not cleared");
  cost.print("a row", rows);
}

std::vector<Settled> make_parts(const Bench& bench, std::uint64_t files) {
  const std::string body(10'240, 'x');
  std::vector<Settled> all;
  for (std::uint64_t i = 1; i <= files; ++i) {
    auto finished = finished_of(i, "http://127.0.0.1:9/", body.size());
    const std::string name = to_hex(finished.link.hash);
    const UniqueFd file(
        ::openat(bench.parts.get(), name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    if (write_all(file.get(), body).second != 0) leave("cannot write the parts");
    all.emplace_back(std::move(finished));
  }
  return all;
}

void settle(const std::string& output, std::uint64_t files, bool sync) {
  Cost plain, whole;
  {
    const Bench bench(output + "/plain");
    const Placer placer(bench.folder.get(), bench.parts.get());
    const auto all = make_parts(bench, files);
    plain.begin();
    for (const Settled& one : all) {
      const Link& link = std::get<FinishedLink>(one).link;
      if (placer.move(to_hex(link.hash), link.name, std::nullopt) != 0) leave("no rename");
    }
    plain.end();
  }
  const Bench bench(output + "/ledger");
  const Placer placer(bench.folder.get(), bench.parts.get());
  const auto history = History::open(bench.path);
  if (!history) leave(history.error().message);
  const int folder = bench.folder.get();
  BatchSettler settler(*bench.ledger, placer,
                       {.claim_name =
                            [](const Link& link, const Saved&) {
                              return ClaimedName{link.name, link.name_key};
                            },
                        .on_other_name = [](std::uint64_t) {},
                        .sync = [=] { return sync ? ::syncfs(folder) : 0; },
                        .output_lost = [] { return std::optional<std::string>(); },
                        .free_reserve = [] { return false; },
                        .on_record = [](const Record&) {},
                        .on_settled = [](const LinkId&, std::uint64_t, std::uint64_t) {}});
  auto all = make_parts(bench, files);
  whole.begin();
  for (std::size_t next = 0; next < all.size();) {
    std::vector<Settled> batch;
    (*history)->look_again();
    for (; next < all.size() && batch.size() < BatchPolicy::kFull; ++next) {
      const Link& link = std::get<FinishedLink>(all[next]).link;
      (void)(*history)->find(link_id(link.hash));
      (void)(*history)->name_taken(link.name_key, 0);
      batch.push_back(std::move(all[next]));
    }
    settler.settle(batch);
  }
  settler.finish();
  whole.end();
  if (settler.output_error()) leave(*settler.output_error());
  plain.print("a file, renamed only", files);
  whole.print(sync ? "a file, ledger and syncs" : "a file, with the ledger", files);
}

}  // namespace
}  // namespace fanfetch

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  const auto count = [&args] { return std::strtoull(args.at(2).c_str(), nullptr, 10); };
  if (args.size() >= 4 && args[0] == "rows") {
    fanfetch::fill(args[1], count(), args[3], args.size() == 4);
  } else if (args.size() >= 3 && args[0] == "settle") {
    fanfetch::settle(args[1], count(), args.size() == 4);
  } else {
    fanfetch::leave("see the top of its source for its usage");
  }
}
