// The corpus of responses through libcurl's own engine, too: every response that it takes for
// another one than our reader does is listed here, with the reason why ours stands.

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "tests/common/http/response_corpus.h"
#include "tests/system/expected_outcome.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

struct Difference {
  std::string_view names;  ///< Entries of the corpus begin with it,
  std::string_view reason;
  int count;  ///< and this many of them differ.
};

constexpr Difference kDifferences[] = {
    {"a line of 65 KiB", "libcurl's limit of a header line is 100 KiB, ours 64", 1},
    {"an informational one alone", "libcurl saves an empty file where no final response came", 1},
    {"chunks ", "libcurl takes `0x5` for 0, allows 16 digits of size, and no CR at the end", 3},
    {"chunks and a length", "a bad length beside chunks shows that two readers could disagree", 1},
    {"chunks by HTTP/1.0", "RFC 9112, 6.1: its framing is faulty", 1},
    {"coding ", "RFC 9112, 6.1: `chunked` stands once and last; libcurl looks for the word", 7},
    {"ends behind ", "libcurl saves an empty file where the head ends early", 10},
    {"field ", "RFC 9110, 5.1 and 5.5: libcurl takes any name, and control characters", 16},
    {"length ", "RFC 9110, 8.6: libcurl reads the digits that a length begins with", 16},
    {"status line ", "RFC 9112, 4: libcurl takes what looks like one, and HTTP/2 in plain bytes",
     7},
};

class EnginesTest : public SystemTest {
 protected:
  /// The real coordinator with the worker that leaves all requests to libcurl.
  [[nodiscard]] std::string with_libcurl() const {
    namespace fs = std::filesystem;
    const fs::path place = folder_.at("programs");
    fs::create_directories(place / "coordinator");
    fs::create_directories(place / "worker");
    fs::copy_file(::getenv("FANFETCH"), place / "coordinator/fanfetch");
    fs::copy_file(::getenv("FANFETCH_LIBCURL_WORKER"), place / "worker/fanfetch-worker");
    return place / "coordinator/fanfetch";
  }

  [[nodiscard]] static bool is_as_expected(const CorpusEntry& entry, const ResultLine& line,
                                           const std::map<std::string, std::string>& files) {
    const ReadResponse read = read_response(entry.bytes);
    const ExpectedOutcome expected = expected_outcome({.problem = entry.problem,
                                                       .status = entry.status,
                                                       .is_framed = read.is_framed,
                                                       .body = entry.body});
    if (line.error.value_or("") != expected.error) return false;
    if (!expected.error.empty()) return true;
    const auto file = files.find(line.file_name.value_or(""));
    return file != files.end() && file->second == expected.body;
  }

  FaultOrigin hosts_{"0.0.0.0"};  // 127.0.0.0/8 leads here
};

TEST_F(EnginesTest, EveryDifferenceIsListed) {
  hosts_.serve_rest([](Connection& connection, const Request& request) {
    std::size_t index = 0;
    std::from_chars(request.path.data() + 1, request.path.data() + request.path.size(), index);
    connection.send_last(response_corpus()[index].bytes);
    connection.close();
  });
  std::vector<std::string> links;
  for (std::size_t i = 0; i < response_corpus().size(); ++i) {
    // A host of its own, so that none has more trouble than its own.
    links.push_back(
        fmt::format("http://127.1.{}.{}:{}/{}.bin", i / 250, i % 250 + 1, hosts_.port(), i));
  }
  Launch given = list_setup(links, {"-w1", "--max-size=0", "--retries=0"});
  given.program = with_libcurl();
  const Finished finished = run(given);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_FALSE(has(finished.err, "worker ")) << finished.err;

  const auto lines = records();
  const auto files = saved_files();
  ASSERT_EQ(links.size(), lines.size());
  std::set<std::string> different;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const CorpusEntry& entry = response_corpus()[i];
    if (!is_as_expected(entry, lines[i], files)) different.insert(entry.name);
  }
  for (auto row = std::rbegin(kDifferences); row != std::rend(kDifferences); ++row) {
    const auto removed = std::erase_if(
        different, [&](const std::string& name) { return name.starts_with(row->names); });
    EXPECT_EQ(static_cast<std::size_t>(row->count), removed) << row->names;
  }
  for (const std::string& name : different) ADD_FAILURE() << "not listed: " << name;
}

}  // namespace
}  // namespace fanfetch::system
