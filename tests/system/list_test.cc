// Lists: files, stdin, plain URLs; what a line may be, and what becomes of bad ones.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

class ListTest : public SystemTest {
 protected:
  ListTest() {
    for (const char* path : {"/a.jpg", "/b.jpg", "/c.jpg"}) origin_.serve(path, ok(picture(path)));
  }
  [[nodiscard]] std::set<std::string> saved_names() const {
    std::set<std::string> names;
    for (const auto& [name, bytes] : saved_files()) names.insert(name);
    return names;
  }
  [[nodiscard]] std::string list(std::string_view name, std::string_view text) const {
    return folder_.write(name, text);
  }
};

using Names = std::set<std::string>;

TEST_F(ListTest, FileAsSource) {
  (void)list("urls.txt", origin_.url("/a.jpg") + "\n" + origin_.url("/b.jpg") + "\n");
  const Finished finished = run(setup({"urls.txt"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ((Names{"a.jpg", "b.jpg"}), saved_names());
  EXPECT_TRUE(has(last_line(finished.err), "2 saved, 0 kept, 0 skipped, 0 failed ("))
      << finished.err;
}

TEST_F(ListTest, FileByOption) {
  (void)list("urls", origin_.url("/a.jpg") + "\n");  // no ending, no slash: only -i takes it
  const Finished finished = run(setup({"-i", "urls"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(Names{"a.jpg"}, saved_names());
}

TEST_F(ListTest, PlainUrlsAndSeveralSources) {
  const std::string file = list("urls.txt", origin_.url("/b.jpg") + "\n");
  const Finished finished = run(setup({origin_.url("/a.jpg"), file, origin_.url("/c.jpg")}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ((Names{"a.jpg", "b.jpg", "c.jpg"}), saved_names());
  const auto lines = records();
  ASSERT_EQ(3u, lines.size());
  EXPECT_EQ(origin_.url("/a.jpg"), lines[0].url);
  EXPECT_EQ(origin_.url("/c.jpg"), lines[2].url);
}

TEST_F(ListTest, LinesAsPeopleWriteThem) {
  const std::string file =
      list("urls.txt", "# my links\r\n\r\n  " + origin_.url("/a.jpg") + "  \r\n\t\r\n#" +
                           origin_.url("/b.jpg") + "\r\n" + origin_.url("/c.jpg"));  // no newline
  const Finished finished = run(setup({file}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ((Names{"a.jpg", "c.jpg"}), saved_names());
  EXPECT_EQ(2u, records().size());
}

TEST_F(ListTest, EmptyListIsSuccess) {
  const Finished finished = run(setup({list("urls.txt", "# nothing\n")}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(last_line(finished.err), "0 saved, 0 kept, 0 skipped, 0 failed")) << finished.err;
}

TEST_F(ListTest, StdinIsReadAsItComes) {
  Launch given = setup({"-"});
  given.stdin_pipe = true;
  FanfetchProcess process(given);
  process.write_stdin(origin_.url("/a.jpg") + "\n");
  EXPECT_TRUE(origin_.wait_for_count("/a.jpg", 1)) << "a line starts while stdin is still open";
  process.write_stdin(origin_.url("/b.jpg") + "\n" + origin_.url("/c.jpg"));
  EXPECT_TRUE(origin_.wait_for_count("/b.jpg", 1));
  process.close_stdin();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ((Names{"a.jpg", "b.jpg", "c.jpg"}), saved_names());
}

TEST_F(ListTest, EmptyStdin) {
  const Finished finished = run(setup({"-"}));  // /dev/null
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
}

TEST_F(ListTest, BadLinesAreRecordedAndTheRunGoesOn) {
  const std::vector<std::string> bad = {"no url",
                                        "ftp://127.0.0.1/a.jpg",
                                        "http://",
                                        "http://127.0.0.1:99999/a.jpg",
                                        "file:///etc/passwd",
                                        "http://[::1/a.jpg",
                                        "javascript:alert(1)"};
  std::vector<std::string> links = {"/a.jpg"};
  links.insert(links.end(), bad.begin(), bad.end());
  links.emplace_back("/b.jpg");
  const Finished finished = run(list_setup(links));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ((Names{"a.jpg", "b.jpg"}), saved_names());
  EXPECT_TRUE(has(finished.err, "bad_url")) << finished.err;
  const auto lines = records();
  ASSERT_EQ(links.size(), lines.size());
  for (std::size_t i = 0; i < bad.size(); ++i) {
    const ResultLine& line = lines[i + 1];
    EXPECT_EQ(static_cast<std::int64_t>(i) + 2, line.index);
    EXPECT_EQ(bad[i], line.url);
    EXPECT_EQ("failed", line.status) << bad[i];
    EXPECT_EQ("bad_url", line.error) << bad[i];
    EXPECT_EQ(false, line.retryable) << bad[i];
    EXPECT_EQ(0, line.attempts) << bad[i];
    EXPECT_EQ(std::nullopt, line.file_name) << bad[i];
  }
}

TEST_F(ListTest, HostileLines) {
  const std::string text = origin_.url("/a.jpg") + "\n" + "http://127.0.0.1/" +
                           std::string(100'000, 'x') + "\n" +
                           std::string("http://127.0.0.1/\0x\n", 20) + "\xff\xfe\x80\n" +
                           std::string(3'000'000, 'y') + "\n" + origin_.url("/b.jpg") + "\n";
  const Finished finished = run(setup({list("urls.txt", text)}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ((Names{"a.jpg", "b.jpg"}), saved_names());
  const auto lines = records();
  ASSERT_EQ(6u, lines.size());
  for (const std::size_t i : {1u, 2u, 3u, 4u}) EXPECT_EQ("bad_url", lines[i].error) << i;
}

TEST_F(ListTest, TheSameLinkTwiceIsFetchedOnce) {
  const std::string plain = origin_.url("/a.jpg");
  const std::string shouted = "HTTP://" + plain.substr(7);
  const Finished finished =
      run(list_setup({plain, plain + "#part", shouted, origin_.url("/x/../a.jpg"),
                      origin_.url("/%61.jpg"), plain + "?other"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(2u, origin_.count("/a.jpg")) << "the query makes another link";
  const auto lines = records();
  ASSERT_EQ(6u, lines.size());
  EXPECT_EQ("saved", lines[0].status);
  for (const std::size_t i : {1u, 2u, 3u, 4u}) {
    EXPECT_EQ("skipped", lines[i].status) << i;
    EXPECT_EQ("duplicate", lines[i].error) << i;
    EXPECT_EQ(1, lines[i].duplicate_of) << i;
  }
  EXPECT_EQ("saved", lines[5].status);
}

TEST_F(ListTest, TwoHundredThousandBadLines) {
  constexpr std::size_t kLines = 200'000;
  std::string text;
  for (std::size_t i = 0; i < kLines; ++i) text += fmt::format("bad line {}\n", i);
  text += origin_.url("/a.jpg") + "\n";
  const Finished finished = run(setup({list("urls.txt", text)}), 120s);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(Names{"a.jpg"}, saved_names());
  EXPECT_TRUE(has(last_line(finished.err), "1 saved, 0 kept, 0 skipped, 200000 failed"))
      << finished.describe();
  const auto shown = lines_of(finished.err);
  EXPECT_LT(shown.size(), 40u) << "the first ten in full, then counts";
  EXPECT_EQ(10, std::count_if(shown.begin(), shown.end(),
                              [](const std::string& line) { return has(line, "bad line "); }))
      << finished.describe();
  EXPECT_EQ(kLines + 1, records().size());
}

TEST_F(ListTest, MissingFile) {
  const Finished finished = run(setup({"./missing.txt"}));
  EXPECT_EQ(3, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "missing.txt")) << finished.describe();
}

TEST_F(ListTest, MissingFileAfterAGoodOne) {
  const std::string file = list("urls.txt", origin_.url("/a.jpg") + "\n");
  const Finished finished = run(setup({file, "./missing.txt"}));
  EXPECT_EQ(3, finished.exit_status) << finished.describe();
}

TEST_F(ListTest, FolderIsNoList) {
  const Finished finished = run(setup({"-i", folder_.path()}));
  EXPECT_EQ(3, finished.exit_status) << finished.describe();
}

TEST_F(ListTest, BareWordIsNoFile) {
  (void)list("words", origin_.url("/a.jpg") + "\n");
  const Finished finished = run(setup({"words"}));
  EXPECT_EQ(2, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "./words") || has(finished.err, "-i words")) << finished.describe();
  EXPECT_EQ(0u, origin_.count());
}

}  // namespace
}  // namespace fanfetch::system
