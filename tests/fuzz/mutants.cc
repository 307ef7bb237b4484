// Responses of the corpus with damaged bytes, through the real programs: no crash, no hang, no
// loop, a record for each link, and what is saved is what the reader alone makes of the bytes.
// Usage: mutants [COUNT [SEED]]   The program is $FANFETCH. Prints a line a run; exits with 1, and
// says how to see it again, at the first finding.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <random>

#include "common/ascii.h"
#include "tests/common/http/response_corpus.h"
#include "tests/fuzz/mutant_server.h"
#include "tests/support/fanfetch_process.h"
#include "tests/support/result_lines.h"
#include "tests/support/temp_dir.h"
#include "tests/system/expected_outcome.h"

namespace {

using fanfetch::fuzz::MutantServer;
using Texts = std::vector<std::string>;

constexpr std::size_t kMutantsOfARun = 4000;
constexpr std::chrono::minutes kPatience{5};

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : dice_(seed) {}

  std::string next() {
    std::string bytes = any_entry();
    if (below(4) == 0) add_field(bytes);
    for (std::size_t rounds = 1 + below(4); rounds > 0; --rounds) damage(bytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(dice_);
  }
  const std::string& any_entry() {
    const auto corpus = fanfetch::response_corpus();
    // The few large ones only cost time, mostly.
    for (;;) {
      const std::string& bytes = corpus[below(corpus.size())].bytes;
      if (bytes.size() < 10'000 || below(50) == 0) return bytes;
    }
  }
  /// Into the head, a field that means something to the programs.
  void add_field(std::string& bytes) {
    static constexpr std::string_view kFields[] = {
        "Location: /else",
        "Location: http://127.9.9.9:1/",
        "Location: //",
        "Location: ?\x80 #",
        "Content-Encoding: gzip",
        "Content-Encoding: br, zstd",
        "Content-Encoding: deflate, x",
        "Content-Range: bytes 0-3/4",
        "Content-Range: bytes 5-1/0",
        "Content-Range: bytes */9",
        "Retry-After: 0",
        "Retry-After: 99999999999999999999",
        "Retry-After: -1",
        "ETag: \"a\"",
        "ETag: W/",
        "Last-Modified: 0",
        "Content-Type: image/jpeg; q=\"",
        "Content-Disposition: attachment; filename*=utf-8''..%2f%00",
        "X-Robots-Tag: noai, :",
        "Connection: close, upgrade",
        "Upgrade: h2c",
        "Alt-Svc: h2=\":1\"",
        "Trailer: ETag"};
    const std::size_t line = bytes.find('\n');
    if (line == bytes.npos) return;
    bytes.insert(line + 1, std::string(kFields[below(std::size(kFields))]) + "\r\n");
    // Some fields mean something with one of these alone.
    static constexpr std::string_view kStatuses[] = {"206", "301", "302", "304",
                                                     "307", "416", "429", "503"};
    const std::size_t status = bytes.find(' ') + 1;
    if (below(2) == 0 && status != 0 && status + 3 < line) {
      bytes.replace(status, 3, kStatuses[below(std::size(kStatuses))]);
    }
  }
  void damage(std::string& bytes) {
    static constexpr std::string_view kBytes("\r\n \t:;,0159afx\0\x01\x7f\xff", 19);
    if (bytes.empty()) return void(bytes = any_entry());
    const std::size_t at = below(bytes.size());
    const std::size_t size = 1 + below(std::min<std::size_t>(bytes.size() - at, 16));
    switch (below(7)) {
      case 0: bytes[at] = static_cast<char>(bytes[at] ^ 1 << below(8)); return;
      case 1: bytes[at] = kBytes[below(kBytes.size())]; return;
      case 2: bytes.insert(at, 1, kBytes[below(kBytes.size())]); return;
      case 3: bytes.erase(at, size); return;
      case 4: bytes.insert(at, bytes.substr(at, size)); return;
      case 5: bytes.resize(at); return;
      default: {  // the beginning of one, the end of another
        const std::string& other = any_entry();
        if (!other.empty()) bytes = bytes.substr(0, at) + other.substr(below(other.size()));
      }
    }
  }

  std::mt19937_64 dice_;
};

/// Whether the response has a field from which expected_outcome() does not know what follows.
bool has_known_field(const std::string& mutant) {
  static constexpr std::string_view kNames[] = {
      "location",      "content-encoding", "content-range",       "retry-after", "etag",
      "last-modified", "content-type",     "content-disposition", "x-robots-tag"};
  const std::string text = fanfetch::to_lower(std::string_view(mutant).substr(0, 400'000));
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](std::string_view name) { return text.find(name) != text.npos; });
}

/// The first thing that is wrong with what became of a mutant; empty: nothing.
std::string fault_of(const std::string& mutant, const fanfetch::support::ResultLine& line,
                     const std::map<std::string, std::string>& files, unsigned requests) {
  const auto expected = fanfetch::system::expected_outcome(fanfetch::system::read_response(mutant));
  // A Location may lead to the mutant again: 10 hops, each at most two requests.
  const bool is_known = has_known_field(mutant);
  if (requests < 1 || requests > (is_known ? 22 : 2)) return fmt::format("{} requests", requests);
  if (is_known) return line.status == "saved" && !line.file_name ? "no file" : "";
  if (line.error.value_or("") != expected.error) {
    return fmt::format("error '{}' ({}), not '{}'", line.error.value_or(""),
                       line.message.value_or(""), expected.error);
  }
  if (!expected.error.empty()) return line.file_name ? "failed, with a file" : "";
  const auto file = files.find(line.file_name.value_or(""));
  if (file == files.end()) return "saved, without a file";
  return file->second == expected.body ? "" : "wrong bytes";
}

/// One run of the programs. Empty: all is well.
std::string run(const Texts& mutants) {
  const fanfetch::support::TempDir folder;
  MutantServer server(mutants);
  std::string list;
  for (std::size_t i = 0; i < mutants.size(); ++i) {
    // Hosts of their own, so that none has trouble enough to be spared. Every second mutant comes
    // on a connection that was used before.
    if (i % 2 == 0) list += server.url(i, "good") + '\n';
    list += server.url(i, "mutant") + '\n';
  }
  const auto finished = fanfetch::support::run(
      {.args = {"--allow-private", "--retries=0", "--per-host=1", "--jobs=128", "--workers=2",
                "--max-size=0", "--progress=none", "--output=" + folder.at("out"),
                "--results=" + folder.at("results"), "-i", folder.write("list", list)},
       .folder = folder.path()},
      kPatience);
  if (finished.overran || (finished.exit_status != 0 && finished.exit_status != 1) ||
      finished.err.find("worker") != std::string::npos ||
      finished.err.find("Sanitizer") != std::string::npos ||
      finished.err.find("runtime error") != std::string::npos) {
    return finished.describe();
  }
  const auto lines =
      fanfetch::support::parse_result_lines(fanfetch::support::read_file(folder.at("results")));
  const auto files = fanfetch::support::files_in(folder.at("out"));
  if (lines.size() != mutants.size() + (mutants.size() + 1) / 2) {
    return fmt::format("{} records of {} mutants", lines.size(), mutants.size());
  }
  std::string faults;
  for (const auto& line : lines) {
    const std::string& url = line.url.value_or("");
    const std::size_t name = url.rfind("/mutant");
    if (name == url.npos) {
      if (line.status != "saved") faults += fmt::format("{}: {}\n", url, line.message.value_or(""));
      continue;
    }
    std::size_t i = 0;
    std::from_chars(url.data() + name + 7, url.data() + url.size(), i);
    const std::string fault = fault_of(mutants.at(i), line, files, server.requests(i));
    if (!fault.empty()) {
      faults += fmt::format("{}: {:?}\n", fault, std::string_view(mutants[i]).substr(0, 600));
    }
  }
  return faults;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : kMutantsOfARun;
  std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : std::random_device()();
  for (std::size_t done = 0; done < count; ++seed) {
    Mutator mutator(seed);
    Texts mutants(std::min(count - done, kMutantsOfARun));
    for (std::string& mutant : mutants) mutant = mutator.next();
    const auto begin = std::chrono::steady_clock::now();
    const std::string faults = run(mutants);
    done += mutants.size();
    fmt::print("{} mutants, seed {}, {}\n", done, seed,
               std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::steady_clock::now() - begin)
                   .count());
    std::fflush(stdout);
    if (faults.empty()) continue;
    fmt::print(stderr, "{}\nAgain: mutants {} {}\n", faults, mutants.size(), seed);
    return 1;
  }
}
