// What a run leaves for scripts: records, names, exit statuses.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <regex>
#include <set>

#include "common/sha256.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

const std::set<std::string> kKeys = {
    "index",       "url",          "status",     "file_name",    "bytes",         "sha256",
    "http_status", "content_type", "final_url",  "etag",         "last_modified", "attempts",
    "error",       "retryable",    "message",    "duplicate_of", "started_at",    "duration_ms",
    "waited_ms",   "dns_ms",       "connect_ms", "tls_ms",       "first_byte_ms", "requests"};

class RecordsTest : public SystemTest {
 protected:
  /// 8 hexadecimal digits of the hash of a link's normal form: what makes names unique.
  [[nodiscard]] std::string suffix_of(const std::string& path) const {
    return to_hex(sha256(origin_.url(path))).substr(0, 8);
  }
  /// A run whose part folder is spoilt while its first link is in flight.
  Finished run_with_spoilt(const std::function<void(const std::filesystem::path&)>& spoil) {
    const auto gate = std::make_shared<Gate>();
    const auto paths = serve_many(40, 20'000, 20ms);
    origin_.serve(paths[0], half_then_gate(served().at("000.jpg"), gate));
    FanfetchProcess process(list_setup(paths, {"-w1", "-j1"}));
    const std::filesystem::path parts = output() + "/.fanfetch/part";
    EXPECT_TRUE(origin_.wait_for_count(paths[0], 1));
    EXPECT_TRUE(eventually([&] { return !std::filesystem::is_empty(parts); }, kPatience));
    spoil(parts);
    gate->open();
    return finish(process);
  }
  [[nodiscard]] std::string closed_port() const {
    const FaultOrigin closed;
    return closed.url("/a.jpg");
  }
};

TEST_F(RecordsTest, EveryKeyOfASavedLink) {
  Reply reply = ok(picture());
  reply.content_type = "image/jpeg";
  reply.headers = {{"ETag", "\"tag\""}, {"Last-Modified", "Sun, 22 Nov 2026 20:12:05 GMT"}};
  origin_.serve("/a.jpg", reply);
  const ResultLine line = fetch("/a.jpg");
  EXPECT_EQ(kKeys, std::set<std::string>(line.keys.begin(), line.keys.end()));
  EXPECT_EQ(kKeys.size(), line.keys.size());
  EXPECT_EQ(1, line.index);
  EXPECT_EQ(origin_.url("/a.jpg"), line.url);
  EXPECT_EQ("saved", line.status);
  EXPECT_EQ("a.jpg", line.file_name);
  EXPECT_EQ(picture().size(), line.bytes);
  EXPECT_EQ(to_hex(sha256(picture())), line.sha256);
  EXPECT_EQ(200, line.http_status);
  EXPECT_EQ("image/jpeg", line.content_type);
  EXPECT_EQ(origin_.url("/a.jpg"), line.final_url);
  EXPECT_EQ("\"tag\"", line.etag);
  EXPECT_EQ("Sun, 22 Nov 2026 20:12:05 GMT", line.last_modified);
  EXPECT_EQ(1, line.attempts);
  EXPECT_EQ(std::nullopt, line.error);
  EXPECT_EQ(std::nullopt, line.retryable);
  EXPECT_EQ(std::nullopt, line.message);
  EXPECT_EQ(std::nullopt, line.duplicate_of);
  EXPECT_TRUE(std::regex_match(line.started_at.value_or(""),
                               std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)")));
  EXPECT_GE(line.duration_ms.value_or(-1), 0);
}

TEST_F(RecordsTest, UserinfoIsMasked) {
  origin_.serve("/a.jpg", ok(picture()));
  const std::string link = "http://me:hidden@" + origin_.url("/a.jpg").substr(7);
  const ResultLine line = fetch(link);
  EXPECT_EQ("http://user:***@" + origin_.url("/a.jpg").substr(7), line.url);
  EXPECT_FALSE(has(read_file(results()), "hidden"));
}

TEST_F(RecordsTest, HashNone) {
  origin_.serve("/a.jpg", ok(picture()));
  const ResultLine line = fetch("/a.jpg", {"--hash", "none"});
  EXPECT_EQ("saved", line.status);
  EXPECT_EQ(std::nullopt, line.sha256);
}

TEST_F(RecordsTest, EachClass) {
  origin_.serve("/404.jpg", status(404));
  origin_.serve("/500.jpg", status(500));
  origin_.serve("/429.jpg", status(429));
  origin_.serve("/cut.jpg", truncated("picture", 3));
  origin_.serve("/loop.jpg", redirect("/loop.jpg"));
  origin_.serve("/large.jpg", ok(noise(10'000)));
  origin_.serve("/206.jpg", Reply{.status = 206, .body = "pic"});
  origin_.serve("/silent.jpg", Reply{.silent = true});
  const std::string dns = "http://" + std::string(64, 'x') + ".test/a.jpg";  // a label has 63
  const std::string tls = "https://" + origin_.url("/a.jpg").substr(7);
  const std::vector<std::pair<std::string, std::string>> links = {
      {"nonsense", "bad_url"},
      {"/a.txt", "filtered"},
      {"/404.jpg", "http_4xx"},
      {"/404.jpg", "duplicate"},
      {"/500.jpg", "http_5xx"},
      {"/429.jpg", "rate_limited"},
      {"/cut.jpg", "truncated"},
      {"/loop.jpg", "redirects"},
      {"/large.jpg", "too_large"},
      {"/206.jpg", "protocol"},
      {"/silent.jpg", "timeout"},
      {closed_port(), "connect"},
      {"http://0.0.0.0/a.jpg", "refused"},
      {dns, "dns"},
      {tls, "tls"}};
  std::vector<std::string> list;
  for (const auto& [link, error] : links) list.push_back(link);
  const Finished finished =
      run(list_setup(list, {"--retries=0", "--timeout=3s", "--max-size=9K", "--accept=jpg"}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  const auto lines = records();
  ASSERT_EQ(links.size(), lines.size()) << finished.describe();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& error = links[i].second;
    const ResultLine& line = lines[i];
    EXPECT_EQ(error, line.error) << links[i].first << ": " << line.message.value_or("");
    const bool skipped = error == "filtered" || error == "duplicate";
    EXPECT_EQ(skipped ? "skipped" : "failed", line.status) << links[i].first;
    EXPECT_EQ(kKeys.size(), line.keys.size());
    EXPECT_EQ(std::nullopt, line.file_name);
    // The last lines count failures by class.
    EXPECT_TRUE(skipped || has(finished.err, error)) << error << '\n' << finished.describe();
  }
  EXPECT_TRUE(has(last_line(finished.err), "0 saved, 0 kept, 2 skipped, 13 failed"));
}

TEST_F(RecordsTest, AFileInAFoldersPlaceCostsNoLink) {
  origin_.serve("/a.jpg", ok(picture()));
  (void)folder_.write("images/blocked", "a file where a folder should be");
  const Finished finished = run(list_setup({"/a.jpg"}, {"--name", "blocked/{name}"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  const std::string name = "blocked_a-" + suffix_of("/a.jpg") + ".jpg";
  EXPECT_EQ(name, records().at(0).file_name) << finished.describe();
  EXPECT_EQ(picture(), saved_files()[name]);
  EXPECT_EQ("a file where a folder should be", saved_files()["blocked"]);
}

TEST_F(RecordsTest, ResultsOnStdoutAndNothingElse) {
  Launch given = list_setup(serve_many(5));
  given.args.back() = "--results=-";
  const Finished finished = run(given);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(5u, parse_result_lines(finished.out).size());
}

TEST_F(RecordsTest, ResultsAreReplaced) {
  const auto paths = serve_many(3);
  EXPECT_EQ(0, run(list_setup(paths)).exit_status);
  (void)folder_.write("results.jsonl", read_file(results()) + std::string(10'000, 'x'));
  EXPECT_EQ(0, run(list_setup(paths)).exit_status);
  EXPECT_EQ(3u, records().size()) << "nothing of longer ones is left";
}

TEST_F(RecordsTest, RecordsComeAsLinksSettle) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/a.jpg", ok(picture()));
  origin_.serve("/held.jpg", Reply{.body = picture("held"), .gate = gate});
  FanfetchProcess process(list_setup({"/a.jpg", "/held.jpg"}));
  const auto one_line_is_there = [&] {
    return std::filesystem::exists(results()) && lines_of(read_file(results())).size() == 1;
  };
  EXPECT_TRUE(eventually(one_line_is_there, kPatience));
  gate->open();
  EXPECT_EQ(0, finish(process).exit_status);
  EXPECT_EQ(2u, records().size());
}

TEST_F(RecordsTest, WaitingIsToldFromWork) {
  origin_.serve_in_turn("/busy.jpg", {status(503, {{"Retry-After", "1"}}),
                                      Reply{.body = picture("late"), .delay = 250ms}});
  const ResultLine line = fetch("/busy.jpg", {"-j1"});
  EXPECT_EQ(2, line.attempts);
  EXPECT_EQ(2, line.requests);
  EXPECT_GE(line.waited_ms, 950) << "as the server asked";
  EXPECT_GE(line.duration_ms, 250) << "of the last attempt";
  EXPECT_GE(line.first_byte_ms, 240);
  EXPECT_LE(line.first_byte_ms, line.duration_ms);
  EXPECT_LT(line.duration_ms, line.waited_ms) << "the wait is not in it";
  EXPECT_EQ(std::nullopt, line.dns_ms) << "an address";
  EXPECT_EQ(std::nullopt, line.connect_ms) << "the connection of the first attempt";
  EXPECT_EQ(std::nullopt, line.tls_ms);
}

TEST_F(RecordsTest, ConnectionsAreToldOnceAndRedirectsAddUp) {
  origin_.serve("/from.jpg", [](Connection& connection, const Request& request) {
    Reply reply = redirect("/to.jpg");
    reply.delay = 150ms;
    answer(connection, request, reply);
  });
  origin_.serve("/to.jpg", Reply{.body = picture(), .delay = 150ms});
  EXPECT_EQ(0, run(list_setup({"/from.jpg", "/to.jpg?2"}, {"-j1", "-w1"})).exit_status);
  const auto lines = records();
  ASSERT_EQ(2u, lines.size());
  EXPECT_EQ(1, lines[0].attempts);
  EXPECT_EQ(2, lines[0].requests);
  EXPECT_GE(lines[0].connect_ms, 0) << "a fresh connection";
  EXPECT_GE(lines[0].first_byte_ms, 290);
  EXPECT_GE(lines[0].duration_ms, lines[0].first_byte_ms);
  EXPECT_EQ(std::nullopt, lines[1].connect_ms) << "used again";
  EXPECT_GE(lines[1].waited_ms, 140) << "for the other to be done";
  EXPECT_EQ(1, lines[1].requests);
}

TEST_F(RecordsTest, WhatWasNotAskedForTookNoRequest) {
  const auto paths = serve_many(1);
  EXPECT_EQ(1, run(list_setup({paths[0], paths[0], "nonsense"})).exit_status);
  const auto first = records();
  EXPECT_EQ(0, first.at(1).requests);
  EXPECT_EQ(0, first.at(2).requests);
  EXPECT_EQ(std::nullopt, first.at(2).waited_ms);
  EXPECT_EQ(0, run(list_setup({paths[0]})).exit_status);
  EXPECT_EQ("kept", records().at(0).status);
  EXPECT_EQ(0, records().at(0).requests);
  EXPECT_EQ(std::nullopt, records().at(0).first_byte_ms);
}

TEST_F(RecordsTest, ExistingFileIsNeverOverwritten) {
  origin_.serve("/a.jpg", ok(picture("new")));
  (void)folder_.write("images/a.jpg", "old");
  const std::string renamed = "a-" + suffix_of("/a.jpg") + ".jpg";
  EXPECT_EQ(0, run(list_setup({"/a.jpg"})).exit_status);
  EXPECT_EQ((std::map<std::string, std::string>{{"a.jpg", "old"}, {renamed, picture("new")}}),
            saved_files());
  ASSERT_EQ(1u, records().size());
  EXPECT_EQ(renamed, records()[0].file_name);
}

TEST_F(RecordsTest, FirstInTheListGetsThePlainName) {
  for (const char* path : {"/x/a.jpg", "/y/a.jpg", "/z/A.JPG"})
    origin_.serve(path, ok(picture(path)));
  EXPECT_EQ(0, run(list_setup({"/x/a.jpg", "/y/a.jpg", "/z/A.JPG"})).exit_status);
  EXPECT_EQ((std::map<std::string, std::string>{
                {"a.jpg", picture("/x/a.jpg")},
                {"a-" + suffix_of("/y/a.jpg") + ".jpg", picture("/y/a.jpg")},
                {"A-" + suffix_of("/z/A.JPG") + ".JPG", picture("/z/A.JPG")}}),
            saved_files());
}

TEST_F(RecordsTest, NamesStayInTheFolder) {
  origin_.serve_rest([](Connection& connection, const Request& request) {
    answer(connection, request, ok(picture()));
  });
  for (const char* path : {"/%2e%2e%2f%2e%2e%2fescaped.jpg", "/x%2F..%2f..%2fescaped.jpg",
                           "/.hidden", "/a%00b.jpg", "/", "/%2Fetc%2Fpasswd", "/..%5cw.jpg"}) {
    std::filesystem::remove_all(output());
    const ResultLine line = fetch(path, {"--name={path}"});
    const std::string name = line.file_name.value_or("");
    EXPECT_EQ(picture(), saved_files()[name]) << path;
    EXPECT_FALSE(name.starts_with('.') || name.starts_with('/') || has(name, "/.")) << name;
    EXPECT_EQ(std::string::npos, name.find_first_of(std::string_view("\\\0\x7f", 3))) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.at("escaped.jpg")));
  EXPECT_FALSE(std::filesystem::exists(folder_.path().parent_path() / "escaped.jpg"));
}

TEST_F(RecordsTest, DryRun) {
  const Finished finished = run(list_setup({"/x/a.jpg", "/y/a.jpg", "bad"}, {"--dry-run"}));
  EXPECT_EQ(origin_.url("/x/a.jpg") + "\ta.jpg\n" + origin_.url("/y/a.jpg") + "\ta-" +
                suffix_of("/y/a.jpg") + ".jpg\n",
            finished.out)
      << finished.describe();
  EXPECT_EQ(0u, origin_.connections());
  EXPECT_TRUE(saved_files().empty());
}

TEST_F(RecordsTest, DryRunKnowsWhatIsThere) {
  (void)folder_.write("images/a.jpg", "old");
  const Finished finished = run(list_setup({"/a.jpg"}, {"--dry-run"}));
  EXPECT_EQ(origin_.url("/a.jpg") + "\ta-" + suffix_of("/a.jpg") + ".jpg\n", finished.out);
}

TEST_F(RecordsTest, MaxFailed) {
  auto links = serve_many(8);
  links.insert(links.end(), {"/no1.jpg", "/no2.jpg"});
  const std::vector<std::pair<std::string, int>> cases = {
      {"--max-failed=0", 1},   {"--max-failed=1", 1},   {"--max-failed=2", 0},
      {"--max-failed=19%", 1}, {"--max-failed=20%", 0}, {"--max-failed=100%", 0}};
  for (const auto& [option, expected] : cases) {
    std::filesystem::remove_all(output());
    EXPECT_EQ(expected, run(list_setup(links, {option})).exit_status) << option;
  }
}

TEST_F(RecordsTest, OutputThatCannotBeWritten) {
  const std::string file = folder_.write("file", "text");
  for (const std::string& folder : {file, file + "/below", std::string("/proc/nowhere")}) {
    const Finished finished =
        run({.args = {"--allow-private", "--output", folder, origin_.url("/a.jpg")}});
    EXPECT_EQ(4, finished.exit_status) << folder << '\n' << finished.describe();
    EXPECT_TRUE(has(finished.err, folder)) << finished.describe();
  }
  EXPECT_EQ("text", read_file(file));
}

TEST_F(RecordsTest, ResultsThatCannotBeWritten) {
  Launch given = list_setup(serve_many(1));
  given.args.back() = "--results=" + folder_.at("no/such/folder.jsonl");
  const Finished finished = run(given);
  EXPECT_EQ(4, finished.exit_status) << finished.describe();
}

TEST_F(RecordsTest, ResultsThatDoNotFitOnTheDisk) {
  // Two seconds and more, where results are flushed every half.
  Launch given = list_setup(serve_many(100, 1000, 20ms), {"-w1", "-j1"});
  given.args.back() = "--results=/dev/full";
  const Finished finished = run(given);
  EXPECT_EQ(4, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "cannot write the results")) << finished.describe();
  EXPECT_LT(origin_.count(), 100u) << "it does not go on without them";
}

TEST_F(RecordsTest, PartThatVanishesCostsItsLinkAlone) {
  const Finished finished = run_with_spoilt([](const std::filesystem::path& parts) {
    for (const auto& part : std::filesystem::directory_iterator(parts)) {
      std::filesystem::remove(part);
    }
  });
  EXPECT_TRUE(has(finished.err, "its part file is gone")) << finished.describe();
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(39u, saved_files().size());
}

TEST_F(RecordsTest, PartThatCannotBeMadeEndsTheRun) {
  const Finished finished = run_with_spoilt([this](const std::filesystem::path& parts) {
    std::filesystem::create_directory(parts / to_hex(sha256(origin_.url("/001.jpg"))));
  });
  EXPECT_TRUE(has(finished.err, "cannot write the part file")) << finished.describe();
  EXPECT_EQ(4, finished.exit_status) << finished.describe();
  EXPECT_LT(origin_.count(), 40u) << "it does not go on";
  EXPECT_EQ(1u, saved_files().size()) << "what was in flight before is whole";
}

TEST_F(RecordsTest, OneRunAFolder) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/held.jpg", Reply{.body = picture("held"), .gate = gate});
  FanfetchProcess first(list_setup({"/held.jpg"}));
  ASSERT_TRUE(origin_.wait_for_count("/held.jpg", 1));
  Launch given = list_setup({"/other.jpg"});
  given.args.back() = "--results=" + folder_.at("second.jsonl");
  const Finished second = run(given);
  EXPECT_EQ(5, second.exit_status) << second.describe();
  gate->open();
  EXPECT_EQ(0, finish(first).exit_status);
}

}  // namespace
}  // namespace fanfetch::system
