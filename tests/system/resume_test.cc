// Big files that are cut off: the next attempt goes on where the last one ended, and what comes of
// it is whole in any case.

#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "common/part_name.h"
#include "common/sha256.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMiB = 1024 * 1024;
const std::string kPath = "/big.iso";
const std::string kBody = noise(3 * kMiB);
constexpr std::size_t kCut = 2 * kMiB + 4321;

class ResumeTest : public SystemTest {
 protected:
  void expect_saved(const ResultLine& line, const std::string& body = kBody) {
    EXPECT_EQ("saved", line.status) << line.error.value_or("") << line.message.value_or("");
    EXPECT_EQ(static_cast<std::int64_t>(body.size()), line.bytes);
    EXPECT_EQ(to_hex(sha256(body)), line.sha256);
    EXPECT_EQ(std::nullopt, line.message) << "its length is verified";
    expect_file(body);
  }
  void expect_file(const std::string& body) {
    ASSERT_EQ(1u, saved_files().size());
    EXPECT_TRUE(saved_files().begin()->second == body);
    EXPECT_TRUE(fs::is_empty(parts())) << "neither a part nor its sidecar is left";
  }
  /// Ranges asked for, "" for the whole, oldest first. All but the whole must name the version.
  [[nodiscard]] std::vector<std::string> asked(const std::string& etag = "\"1\"") const {
    std::vector<std::string> ranges;
    for (const Request& request : origin_.requests(kPath)) {
      ranges.push_back(request.header("range").value_or(""));
      EXPECT_EQ(ranges.back().empty() ? std::nullopt : std::optional(etag),
                request.header("if-range"));
    }
    return ranges;
  }
  static std::string from(std::size_t offset) { return fmt::format("bytes={}-", offset); }
  [[nodiscard]] fs::path parts() const { return fs::path(output()) / ".fanfetch/part"; }

  /// The first answer ends after kCut bytes; all later ones are `then`.
  void serve_cut_then(const Reply& then) {
    Reply cut = in_pieces(kBody);
    cut.cut_after = kCut;
    cut.ending = Ending::close;
    origin_.serve_in_turn(kPath, {cut, then});
  }
  /// Cut off, then an answer that speaks against the part: the whole is asked for at once.
  void expect_fresh_start(Ranges ranges) {
    serve_cut_then(in_pieces(kBody, ranges));
    const ResultLine line = fetch(kPath);
    expect_saved(line);
    EXPECT_EQ(2, line.attempts) << "asking again is no attempt of its own";
    EXPECT_EQ(200, line.http_status);
    EXPECT_EQ((std::vector<std::string>{"", from(kCut), ""}), asked());
  }
  /// Cut off once; what could be gone on from is not.
  void expect_no_range(Reply reply, const std::string& body = kBody) {
    Reply cut = reply;
    cut.cut_after = kCut;
    cut.ending = Ending::close;
    origin_.serve_in_turn(kPath, {cut, reply});
    expect_saved(fetch(kPath), body);
    EXPECT_EQ((std::vector<std::string>{"", ""}), asked());
  }
  /// Fetches `body`, whose first answer stops for good after `stop` bytes; then `trouble` may do
  /// something to the part, and the worker is killed.
  void kill_in_mid_file(const std::string& body, std::size_t stop,
                        const std::function<void(const fs::path& part)>& trouble = {}) {
    origin_.serve_in_turn(kPath, {stuck_after(body, stop), in_pieces(body)});
    FanfetchProcess process(list_setup({kPath}, {"-w1"}));
    ASSERT_TRUE(wait_for_part(stop));
    const fs::path part = the_part();
    const auto workers = process.workers();
    ASSERT_EQ(1u, workers.size());
    if (trouble) trouble(part);
    ::kill(workers[0], SIGKILL);
    const Finished finished = finish(process);
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    ASSERT_EQ(1u, records().size());
    expect_saved(records()[0], body);
  }
  /// Nothing comes after `bytes` bytes of this answer.
  static Reply stuck_after(const std::string& body, std::size_t bytes) {
    Reply stuck = in_pieces(body);
    stuck.gate = std::make_shared<Gate>();
    stuck.gate_after = bytes;
    return stuck;
  }
  [[nodiscard]] bool wait_for_part(std::size_t size) const {
    return eventually(
        [&] {
          const fs::path part = the_part();
          return !part.empty() && fs::file_size(part) == size;
        },
        kPatience);
  }
  [[nodiscard]] bool wait_for_sidecar() const {
    return eventually(
        [&] {
          const fs::path part = the_part();
          return !part.empty() && fs::exists(part.string() + std::string(kSidecarSuffix));
        },
        kPatience);
  }
  /// Empty: there is none.
  [[nodiscard]] fs::path the_part() const {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(parts(), none)) {
      if (entry.path().extension().empty()) return entry.path();
    }
    return {};
  }
  static void flip(const fs::path& part, std::size_t offset, const std::string& body) {
    std::fstream file(part, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(static_cast<char>(~body[offset]));
  }
  /// The offset of the second request, for the rest.
  [[nodiscard]] std::size_t resumed_at() const {
    const auto ranges = asked();
    if (ranges.size() != 2 || !ranges[1].starts_with("bytes=")) return 0;
    return std::stoul(ranges[1].substr(6));
  }
};

TEST_F(ResumeTest, OnlyTheRestIsAskedFor) {
  serve_cut_then(in_pieces(kBody));
  const ResultLine line = fetch(kPath);
  expect_saved(line);
  EXPECT_EQ(206, line.http_status);
  EXPECT_EQ("\"1\"", line.etag);
  EXPECT_EQ((std::vector<std::string>{"", from(kCut)}), asked());
}

TEST_F(ResumeTest, CutAgainAndAgain) {
  std::vector<Reply> replies;
  for (const std::size_t sent : {kCut, std::size_t{1000}, std::size_t{0}}) {
    replies.push_back(in_pieces(kBody));
    replies.back().cut_after = sent;
    replies.back().ending = Ending::close;
  }
  replies.push_back(in_pieces(kBody));
  origin_.serve_in_turn(kPath, replies);
  expect_saved(fetch(kPath, {"--retries=5"}));
  EXPECT_EQ((std::vector<std::string>{"", from(kCut), from(kCut + 1000), from(kCut + 1000)}),
            asked());
}

TEST_F(ResumeTest, ARestWithoutWhatWasSaidBefore) {
  serve_cut_then(in_pieces(kBody, Ranges::bare));
  const ResultLine line = fetch(kPath);
  expect_saved(line);
  EXPECT_EQ("\"1\"", line.etag);
  EXPECT_EQ("application/octet-stream", line.content_type);
  EXPECT_EQ((std::vector<std::string>{"", from(kCut)}), asked());
}

TEST_F(ResumeTest, ServerErrorsInBetweenCostNothing) {
  Reply cut = in_pieces(kBody);
  cut.cut_after = kCut;
  cut.ending = Ending::close;
  origin_.serve_in_turn(kPath, {cut, status(503), in_pieces(kBody)});
  expect_saved(fetch(kPath));
  EXPECT_EQ((std::vector<std::string>{"", from(kCut), from(kCut)}), asked());
}

TEST_F(ResumeTest, GoneForGoodLeavesNothing) {
  serve_cut_then(status(404));
  EXPECT_EQ("http_4xx", fetch(kPath).error);
  EXPECT_TRUE(fs::is_empty(parts()));
}

TEST_F(ResumeTest, ThroughARedirect) {
  Reply cut = in_pieces(kBody);
  cut.cut_after = kCut;
  cut.ending = Ending::close;
  origin_.serve_in_turn(kPath, {cut, in_pieces(kBody)});
  origin_.serve("/from", redirect(kPath));
  expect_saved(fetch("/from"));
  EXPECT_EQ((std::vector<std::string>{"", from(kCut)}), asked());
}

TEST_F(ResumeTest, A200BringsTheWhole) {
  serve_cut_then(in_pieces(kBody, Ranges::ignored));
  expect_saved(fetch(kPath));
  EXPECT_EQ((std::vector<std::string>{"", from(kCut)}), asked());
}

TEST_F(ResumeTest, AnotherVersionBringsTheWhole) {
  const std::string other = noise(2 * kMiB, 9);
  Reply then = in_pieces(other);
  then.etag = "\"2\"";
  serve_cut_then(then);
  expect_saved(fetch(kPath), other);
}

TEST_F(ResumeTest, ARestThatStartsElsewhere) { expect_fresh_start(Ranges::wrong_start); }
TEST_F(ResumeTest, ARestOfAnotherLength) { expect_fresh_start(Ranges::wrong_total); }
TEST_F(ResumeTest, ARestOfAnotherVersion) { expect_fresh_start(Ranges::other_etag); }
TEST_F(ResumeTest, ARestThatIsEncoded) { expect_fresh_start(Ranges::encoded); }
TEST_F(ResumeTest, ARestInSeveralParts) { expect_fresh_start(Ranges::multipart); }
TEST_F(ResumeTest, ARestFromNowhere) { expect_fresh_start(Ranges::no_range); }
TEST_F(ResumeTest, ARestThatIsTooLong) { expect_fresh_start(Ranges::too_much); }
TEST_F(ResumeTest, ARestOfNothing) { expect_fresh_start(Ranges::empty); }
TEST_F(ResumeTest, ARestThatSaysTheWhole) { expect_fresh_start(Ranges::says_whole); }
TEST_F(ResumeTest, ARestOfTwoVersions) { expect_fresh_start(Ranges::two_etags); }
TEST_F(ResumeTest, NoRestToBeHad) { expect_fresh_start(Ranges::unsatisfiable); }

TEST_F(ResumeTest, ARestThatIsTooShortIsCutOffToo) {
  Reply cut = in_pieces(kBody);
  cut.cut_after = kCut;
  cut.ending = Ending::close;
  origin_.serve_in_turn(kPath, {cut, in_pieces(kBody, Ranges::too_little), in_pieces(kBody)});
  expect_saved(fetch(kPath));
  EXPECT_EQ((std::vector<std::string>{"", from(kCut), from(kCut + (kBody.size() - kCut) / 2)}),
            asked());
}

TEST_F(ResumeTest, A206ThatNobodyAskedForIsNoFile) {
  Reply rest = in_pieces(kBody, Ranges::ignored);
  rest.status = 206;
  rest.headers = {{"Content-Range", fmt::format("bytes 0-{}/{}", kBody.size() - 1, kBody.size())}};
  serve_cut_then(rest);  // asked for the rest, and then for the whole
  EXPECT_EQ("protocol", fetch(kPath).error);
  EXPECT_EQ(3u, origin_.count(kPath));
  EXPECT_TRUE(fs::is_empty(parts()));
}

TEST_F(ResumeTest, WeakEtag) {
  Reply reply = in_pieces(kBody);
  reply.etag = "W/\"1\"";
  expect_no_range(reply);
}

TEST_F(ResumeTest, NoEtag) {
  Reply reply = in_pieces(kBody);
  reply.etag = "";
  expect_no_range(reply);
}

TEST_F(ResumeTest, NoRangesByTheServersWord) {
  Reply reply = in_pieces(kBody);
  reply.headers = {{"Accept-Ranges", "none"}};
  expect_no_range(reply);
}

TEST_F(ResumeTest, Compressed) {
  Reply reply = in_pieces(kBody, Ranges::ignored);
  reply.gzip = true;
  expect_no_range(reply);
}

TEST_F(ResumeTest, WithoutHashes) {
  serve_cut_then(in_pieces(kBody));
  const ResultLine line = fetch(kPath, {"--hash=none"});
  EXPECT_EQ("saved", line.status);
  EXPECT_EQ(std::nullopt, line.sha256);
  expect_file(kBody);
  EXPECT_EQ((std::vector<std::string>{"", from(kCut)}), asked());
}

TEST_F(ResumeTest, MaxSizeIsForTheWholeFile) {
  serve_cut_then(in_pieces(kBody));
  expect_saved(fetch(kPath, {fmt::format("--max-size={}", kBody.size())}));
}

TEST_F(ResumeTest, AKilledWorkersSuccessorGoesOnFromACheckpoint) {
  kill_in_mid_file(kBody, kCut);
  EXPECT_GE(resumed_at(), kMiB);
  EXPECT_LT(resumed_at(), kMiB + 64 * 1024);
}

TEST_F(ResumeTest, ABigFileHasSeveralCheckpoints) {
  const std::string body = noise(20 * kMiB);
  kill_in_mid_file(body, 19 * kMiB);
  EXPECT_GE(resumed_at(), 17 * kMiB);
  EXPECT_LT(resumed_at(), 17 * kMiB + 128 * 1024);
}

TEST_F(ResumeTest, AFlippedByteCostsOneCheckpoint) {
  const std::string body = noise(20 * kMiB);
  kill_in_mid_file(body, 19 * kMiB, [&](const fs::path& part) { flip(part, 10 * kMiB, body); });
  EXPECT_GE(resumed_at(), kMiB);
  EXPECT_LT(resumed_at(), kMiB + 64 * 1024);
}

TEST_F(ResumeTest, AFlippedByteAtTheFrontCostsAll) {
  kill_in_mid_file(kBody, kCut, [](const fs::path& part) { flip(part, 0, kBody); });
  EXPECT_EQ((std::vector<std::string>{"", ""}), asked());
}

/// A polite stop keeps every byte, below a mebibyte too; a slow file gets done that way at last.
TEST_F(ResumeTest, StoppedRunsGoOnAtTheExactByte) {
  constexpr std::size_t kFirst = 700'001;  // bytes that each run gets, then nothing more comes
  constexpr std::size_t kSecond = 1'234'567;
  origin_.serve_in_turn(
      kPath, {stuck_after(kBody, kFirst), stuck_after(kBody, kSecond), in_pieces(kBody)});
  std::size_t received = 0;
  for (const auto& [bytes, signal] : {std::pair{kFirst, SIGINT}, std::pair{kSecond, SIGTERM}}) {
    received += bytes;
    FanfetchProcess process(list_setup({kPath}, {"-w1"}));
    ASSERT_TRUE(wait_for_part(received));
    process.signal(signal);
    const Finished finished = finish(process);
    EXPECT_EQ(signal, finished.signal) << finished.describe();
    EXPECT_TRUE(records().empty()) << "unfinished is not failed";
  }
  expect_saved(fetch(kPath));
  EXPECT_EQ((std::vector<std::string>{"", from(kFirst), from(kFirst + kSecond)}), asked());
}

TEST_F(ResumeTest, AKilledWorkerCostsSecondsOfASlowFile) {
  constexpr std::size_t kBytes = 300'000;  // far from the first checkpoint by size
  origin_.serve_in_turn(kPath, {stuck_after(kBody, kBytes), in_pieces(kBody)});
  FanfetchProcess process(list_setup({kPath}, {"-w1"}));
  ASSERT_TRUE(wait_for_part(kBytes));
  ASSERT_TRUE(wait_for_sidecar());
  const auto workers = process.workers();
  ASSERT_EQ(1u, workers.size());
  ::kill(workers[0], SIGKILL);
  EXPECT_EQ(0, finish(process).exit_status);
  expect_saved(records().at(0));
  EXPECT_EQ((std::vector<std::string>{"", from(kBytes)}), asked());
}

TEST_F(ResumeTest, AKilledCoordinatorCostsSecondsOfASlowFile) {
  Reply slow = in_pieces(kBody);
  slow.drip_bytes = 10'000;
  slow.drip_every = 100ms;  // 100 kB a second
  origin_.serve_in_turn(kPath, {slow, in_pieces(kBody)});
  std::size_t received = 0;
  {
    FanfetchProcess process(list_setup({kPath}, {"-w1"}));
    ASSERT_TRUE(wait_for_sidecar());
    process.signal(SIGKILL);
    EXPECT_EQ(SIGKILL, finish(process).signal);
    received = fs::file_size(the_part());
  }
  EXPECT_LT(received, kMiB) << "no checkpoint by size yet";
  expect_saved(fetch(kPath));
  EXPECT_GT(resumed_at(), 0u);
  EXPECT_LE(resumed_at(), received);
}

TEST_F(ResumeTest, ASpoiledSidecarCostsAll) {
  kill_in_mid_file(kBody, kCut, [](const fs::path& part) {
    fs::resize_file(part.string() + std::string(kSidecarSuffix), 100);
  });
  EXPECT_EQ((std::vector<std::string>{"", ""}), asked());
}

}  // namespace
}  // namespace fanfetch::system
