// Lists of every format, compressed or not, and JSON APIs: what of them is fetched, and when.

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "tests/system/command_test.h"

namespace fanfetch::system {
namespace {

using Names = std::set<std::string>;

std::string zstd(std::string_view plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3));
  return out;
}

class SourcesTest : public CommandTest {
 protected:
  SourcesTest() {
    for (const char* path : {"/a.bin", "/b.bin", "/c.bin"}) origin_.serve(path, ok(path));
  }
  [[nodiscard]] Names saved_names() const {
    Names names;
    for (const auto& [name, bytes] : saved_files()) names.insert(name);
    return names;
  }
  [[nodiscard]] std::string list(std::string_view name, std::string_view text) const {
    return folder_.write(name, text);
  }
  [[nodiscard]] std::string csv() const {
    return fmt::format("id,URL,note\r\n1,{},\"x, \"\"y\"\"\"\r\n2,\"{}\",\r\n",
                       origin_.url("/a.bin"), origin_.url("/b.bin"));
  }
  [[nodiscard]] std::string json_line(std::string_view path) const {
    return fmt::format("{{\"url\":\"{}\",\"n\":{}}}\n", origin_.url(path), path.size());
  }
  /// Runs it; it must end with 0 and have saved a.bin and b.bin.
  void expect_both(std::vector<std::string> args) {
    const Finished finished = run(setup(std::move(args)));
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    EXPECT_EQ((Names{"a.bin", "b.bin"}), saved_names());
  }
  /// The run must end with 3, and say all of `words`.
  void expect_list_error(std::vector<std::string> args, const std::vector<std::string>& words) {
    const Finished finished = run(setup(std::move(args)));
    EXPECT_EQ(3, finished.exit_status) << finished.describe();
    for (const auto& word : words) EXPECT_TRUE(has(finished.err, word)) << finished.describe();
  }
};

TEST_F(SourcesTest, Csv) { expect_both({list("x.csv", csv())}); }

TEST_F(SourcesTest, TsvInZstdWithAnotherColumn) {
  const auto text =
      fmt::format("url\tbig\nno\t{}\nno\t{}\n", origin_.url("/a.bin"), origin_.url("/b.bin"));
  expect_both({list("x.tsv.zst", zstd(text)), "--url-column", "Big"});
}

TEST_F(SourcesTest, CsvWithoutAHeadingAndWithAnotherDelimiter) {
  const auto text = fmt::format("1#{}\r2#{}\r", origin_.url("/a.bin"), origin_.url("/b.bin"));
  expect_both({list("x.csv", text), "--url-column", "2", "--delimiter", "#"});
  expect_list_error({list("x.csv", origin_.url("/a.bin") + ",x\n")}, {"--url-column 1"});
}

TEST_F(SourcesTest, AQuoteInTsvSwallowsNoLink) {
  const auto text =
      fmt::format("url\tnote\n{}\t\"\n{}\t\"\n", origin_.url("/a.bin"), origin_.url("/b.bin"));
  expect_both({list("x.tsv", text)});
}

TEST_F(SourcesTest, AsksForNothingWhosePasswordWasMasked) {
  std::string masked = origin_.url("/a.bin");
  masked.insert(masked.find("//") + 2, "user:***@");
  for (const auto& file :
       {list("x.txt", masked + "\n"), list("x.csv", "url\n" + masked + "\n"),
        list("x.tsv", "x\turl\n\t" + masked), list("x.jsonl", "{\"url\":\"" + masked + "\"}\n")}) {
    const Finished finished = run(setup({file}));
    EXPECT_EQ(1, finished.exit_status) << finished.describe();
    ASSERT_EQ(1u, records().size()) << finished.describe();
    EXPECT_EQ("bad_url", records()[0].error);
    EXPECT_TRUE(has(records()[0].message.value_or(""), "masked")) << finished.describe();
  }
  EXPECT_EQ(0u, origin_.count("/a.bin"));
}

TEST_F(SourcesTest, JsonLinesInGzip) {
  expect_both({list("x.jsonl.gz", gzip(json_line("/a.bin") + json_line("/b.bin")))});
}

TEST_F(SourcesTest, SeveralLinksALine) {
  const auto line = fmt::format("{{\"i\":[{{\"u\":\"{}\"}},{{\"u\":\"{}\"}}]}}\n",
                                origin_.url("/a.bin"), origin_.url("/b.bin"));
  expect_both({list("urls", line), "-i", "urls", "--format", "jsonl", "--links-at", "/i/*/u"});
}

TEST_F(SourcesTest, CompressedTextWhateverItsName) {
  expect_both({list("urls.txt", gzip(origin_.url("/a.bin") + "\n")),
               list("more.zst", zstd(origin_.url("/b.bin") + "\n"))});
}

TEST_F(SourcesTest, FormatOfStdinIsGiven) {
  Launch given = setup({"--format", "jsonl", "-"});
  given.stdin_pipe = true;
  FanfetchProcess process(given);
  process.write_stdin(gzip(json_line("/a.bin")));
  EXPECT_TRUE(origin_.wait_for_count("/a.bin", 1)) << "also when it is compressed";
  process.close_stdin();
  EXPECT_EQ(0, finish(process).exit_status);
}

TEST_F(SourcesTest, RowsOfAPipeStartAsTheyArrive) {
  Launch given = setup({"--format", "csv", "-"});
  given.stdin_pipe = true;
  FanfetchProcess process(given);
  process.write_stdin("id,url\n1," + origin_.url("/a.bin") + "\n2,");
  EXPECT_TRUE(origin_.wait_for_count("/a.bin", 1)) << "a row starts while the next is half there";
  process.write_stdin("\"" + origin_.url("/b.bin") + "\"\n");
  EXPECT_TRUE(origin_.wait_for_count("/b.bin", 1));
  process.close_stdin();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ((Names{"a.bin", "b.bin"}), saved_names());
}

TEST_F(SourcesTest, ASignalEndsTheWaitForACompressedPipe) {
  Launch given = setup({"-"});
  given.stdin_pipe = true;
  FanfetchProcess process(given);
  const std::string cut = gzip(origin_.url("/a.bin") + "\n");
  process.write_stdin(cut.substr(0, cut.size() - 4));
  EXPECT_TRUE(origin_.wait_for_count("/a.bin", 1));
  process.signal(SIGTERM);
  EXPECT_EQ(SIGTERM, finish(process).signal);
}

TEST_F(SourcesTest, ACutListIsAnErrorBehindWhatCame) {
  const std::string whole = gzip(csv());
  const std::string file = list("x.csv.gz", whole.substr(0, whole.size() - 4));
  expect_list_error({file}, {"x.csv.gz", fmt::format("it ends at byte {}", whole.size() - 4),
                             "the row in line 3 was the last whole one"});
  EXPECT_EQ((Names{"a.bin", "b.bin"}), saved_names());
}

TEST_F(SourcesTest, ADamagedListIsAnError) {
  std::string bytes = gzip(csv());
  bytes[bytes.size() - 6] ^= 0x55;  // in its checksum
  expect_list_error({list("x.csv.gz", bytes)}, {"x.csv.gz", "is damaged, which shows at byte"});
  expect_list_error({list("y.txt.gz", "http://h/\n")}, {"y.txt.gz", "is not gzip"});
}

TEST_F(SourcesTest, AMissingColumnIsAnErrorThatListsThem) {
  expect_list_error({list("x.csv", "id,link\n1,2\n")}, {"x.csv", "'url'", "'id', 'link'"});
  expect_list_error({list("y.csv", csv()), "--name={col:title}"}, {"y.csv", "'title'", "'note'"});
  expect_list_error({list("z.txt", origin_.url("/c.bin")), "--name={col:title}"}, {"z.txt"});
  EXPECT_EQ(0u, origin_.count());
}

TEST_F(SourcesTest, AQuoteThatIsNeverClosedIsAnErrorBehindWhatCame) {
  expect_list_error({list("x.csv", csv() + "3,\"" + origin_.url("/c.bin") + "\n4,x,\n")},
                    {"x.csv", "line 4 is never closed"});
  EXPECT_EQ((Names{"a.bin", "b.bin"}), saved_names());
}

TEST_F(SourcesTest, Utf16IsAnError) {
  expect_list_error({list("x.csv", std::string_view("\xFF\xFEu\0r\0l\0", 8))}, {"UTF-16"});
}

TEST_F(SourcesTest, BadRowsAreRecordedAndTheRunGoesOn) {
  const std::string text = "\xEF\xBB\xBFurl,x\r\n" + origin_.url("/a.bin") + ",1\r\n" +
                           "\"broken\"quote,2\r\n" + std::string("a\0b,3\r\n", 7) + "http://h/" +
                           std::string(100'000'000, 'y') + ",4\r\n" + ",5\r\n" +
                           origin_.url("/b.bin") + ",6\r\n";
  const Finished finished = run(setup({list("x.csv", text)}), 120s);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ((Names{"a.bin", "b.bin"}), saved_names());
  const auto lines = records();
  ASSERT_EQ(6u, lines.size());
  for (const std::size_t i : {1u, 2u, 3u, 4u}) {
    EXPECT_EQ("bad_url", lines[i].error) << i;
    EXPECT_TRUE(has(lines[i].message.value_or(""), fmt::format("line {}", i + 2))) << i;
  }
  std::filesystem::remove(folder_.at("x.csv"));
}

TEST_F(SourcesTest, BadJsonLinesAreRecordedAndTheRunGoesOn) {
  const std::string text = json_line("/a.bin") + "{\n{\"link\":1}\n" + "{\"url\":\"" +
                           std::string(3'000'000, 'x') + "\"}\n" + json_line("/b.bin");
  const Finished finished = run(setup({list("x.jsonl", text)}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ((Names{"a.bin", "b.bin"}), saved_names());
  const auto lines = records();
  ASSERT_EQ(5u, lines.size());
  EXPECT_TRUE(has(lines[1].message.value_or(""), "line 2 is not JSON at byte 2"));
  EXPECT_TRUE(has(lines[2].message.value_or(""), "line 3 has no link at /url"));
  EXPECT_TRUE(has(lines[3].message.value_or(""), "line 4 is over 1024 KiB long"));
}

TEST_F(SourcesTest, KeptColumnsStandInRecordsAndExports) {
  const std::string text =
      fmt::format("url,title,status,bad\n{0},Red,x,1\n{1},Blue,y,2\n{0},Again,z,3\n",
                  origin_.url("/a.bin"), origin_.url("/none.bin"));
  const std::string file = list("x.csv", text);
  EXPECT_EQ(1, run(setup({file, "--keep-columns", "--name={col:title}.{ext}"})).exit_status);
  EXPECT_EQ(Names{"Red.bin"}, saved_names());
  const auto results_lines = lines_of(read_file(results()));
  ASSERT_EQ(3u, results_lines.size());
  const auto holds_line = [](const std::vector<std::string>& lines, std::string_view status,
                             std::string_view end) {
    return std::ranges::any_of(lines, [&](const std::string& line) {
      return has(line, fmt::format("\"status\":\"{}\"", status)) && line.ends_with(end);
    });
  };
  const std::string first = fmt::format(
      R"("src_url":"{}","title":"Red","src_status":"x","bad":"1"}})", origin_.url("/a.bin"));
  EXPECT_TRUE(holds_line(results_lines, "saved", first)) << results_lines[0];
  EXPECT_TRUE(holds_line(results_lines, "failed", R"("title":"Blue","src_status":"y","bad":"2"})"));
  EXPECT_TRUE(
      holds_line(results_lines, "skipped", R"("title":"Again","src_status":"z","bad":"3"})"));

  const auto exported = lines_of(command({"export", output()}).out);
  EXPECT_EQ(2u, exported.size());
  EXPECT_TRUE(holds_line(exported, "saved", first));
  const std::string metadata = output() + "/metadata.jsonl";
  EXPECT_EQ(0, command({"export", output(), "--image-folder", "-o", metadata}).exit_status);
  EXPECT_TRUE(has(read_file(metadata), first));
  const auto table = lines_of(command({"export", output(), "--format=csv"}).out);
  ASSERT_EQ(3u, table.size());
  EXPECT_TRUE(table[0].ends_with(",requests,src_url,title,src_status,bad")) << table[0];
  EXPECT_TRUE(has(table[1] + table[2], ",Red,x,1")) << table[1];

  // The next run of another list says of the kept file what that list says.
  const std::string other = list("y.csv", fmt::format("url,n\n{},7\n", origin_.url("/a.bin")));
  EXPECT_EQ(0, run(setup({other, "--keep-columns"})).exit_status);
  EXPECT_TRUE(has(read_file(results()), R"("status":"kept")"));
  EXPECT_TRUE(read_file(results()).ends_with("\"n\":\"7\"}\n"));
}

TEST_F(SourcesTest, ApiPagesArriveWhileEarlierLinksDownload) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/a.bin", Reply{.body = "a", .gate = gate});
  origin_.serve("/api", json(R"({"d":[{"u":"/a.bin"}],"next":"/api?page=2"})"));
  origin_.serve("/api?page=2",
                json(R"({"d":[{"u":"b.bin"}],"next":")" + origin_.url("/api3") + "\"}"));
  origin_.serve("/api3", json(R"({"d":[{"u":"/c.bin"}],"next":null})"));
  FanfetchProcess process(
      setup({origin_.url("/api"), "--links-at=/d/*/u", "--next-at=/next", "--pages=3", "-H",
             "X-For: all", "--header-for", "127.0.0.1", "Authorization: Bearer t0ken"}));
  EXPECT_TRUE(origin_.wait_for_count("/b.bin", 1)) << "a link of page 2 while one of page 1 waits";
  EXPECT_TRUE(origin_.wait_for_count("/c.bin", 1));
  gate->open();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ((Names{"a.bin", "b.bin", "c.bin"}), saved_names());
  for (const auto& request : origin_.requests("/api3")) {
    EXPECT_EQ("all", request.header("x-for"));
    EXPECT_EQ("Bearer t0ken", request.header("authorization"));
  }
}

TEST_F(SourcesTest, OnePageOfAnApiUnlessMoreAreAskedFor) {
  origin_.serve("/api", json(R"({"d":["/a.bin","/b.bin"],"next":"/api2"})"));
  expect_both({origin_.url("/api"), "--links-at=/d/*", "--next-at=/next"});
  EXPECT_EQ(0u, origin_.count("/api2"));
}

TEST_F(SourcesTest, APartOfAnApisListIsNoSuccess) {
  origin_.serve("/api", json(R"({"d":["/a.bin","/b.bin"],"total":100})"));
  expect_list_error({origin_.url("/api"), "--links-at=/d/*", "--pages=all"},
                    {"only one page is read", "2 of 100 entries are listed", "--next-at POINTER"});
  EXPECT_EQ((Names{"a.bin", "b.bin"}), saved_names());
  origin_.serve("/api", json(R"({"d":["/a.bin","/b.bin"]})"));
  const Finished whole = run(setup({origin_.url("/api"), "--links-at=/d/*", "--pages=3"}));
  EXPECT_EQ(0, whole.exit_status) << whole.describe();
  EXPECT_TRUE(has(whole.err, "only one page is read")) << whole.describe();
}

TEST_F(SourcesTest, AnEntryWithoutALinkIsNoneThatAFilterDropped) {
  origin_.serve("/api", json(R"({"d":[{"u":"/a.bin"},{"t":"text"},{"u":null},{"u":"/b.bin"}]})"));
  const Finished finished = run(setup({origin_.url("/api"), "--links-at=/d/*/u"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "skipped: 2 no_link")) << finished.describe();
  ASSERT_EQ(4u, records().size());
  EXPECT_EQ("skipped", records()[1].status);
  EXPECT_EQ("no_link", records()[1].error);
}

TEST_F(SourcesTest, ALaterPageThatFailsIsAnErrorBehindWhatCame) {
  origin_.serve("/api", json(R"({"d":["/a.bin","/b.bin"],"next":"/gone"})"));
  expect_list_error({origin_.url("/api"), "--links-at=/d/*", "--next-at=/next", "--pages=9"},
                    {"/gone", "status 404"});
  EXPECT_EQ((Names{"a.bin", "b.bin"}), saved_names());
}

TEST_F(SourcesTest, AnApiThatIsNoneIsAnErrorThatNamesThePlace) {
  origin_.serve("/api", json("{}"));
  origin_.serve("/page", ok("<html>"));
  expect_list_error({origin_.url("/api"), "--links-at=/d/*"}, {"/api", "nothing at '/d'"});
  expect_list_error({origin_.url("/page"), "--links-at=/d/*"}, {"/page", "not JSON at byte 1"});
}

TEST_F(SourcesTest, APointerThatIsNoneIsAUsageError) {
  const Finished finished = run(setup({list("x.jsonl", ""), "--links-at=url"}));
  EXPECT_EQ(2, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "--links-at: 'url' is no JSON pointer")) << finished.err;
}

}  // namespace
}  // namespace fanfetch::system
