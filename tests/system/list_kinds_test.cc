// Kinds of lists: JSON arrays, aria2's input files, names behind a tab; and files that are no list.

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <set>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

class ListKindsTest : public SystemTest {
 protected:
  ListKindsTest() {
    for (const char* path : {"/a.jpg", "/b.jpg", "/c.jpg"}) origin_.serve(path, ok(picture(path)));
  }
  [[nodiscard]] std::string list(std::string_view name, std::string_view text) const {
    return folder_.write(name, text);
  }
  [[nodiscard]] std::set<std::string> saved_names() const {
    std::set<std::string> names;
    for (const auto& [name, bytes] : saved_files()) names.insert(name);
    return names;
  }
};

using Names = std::set<std::string>;

TEST_F(ListKindsTest, AnotherKindOfFileIsOneErrorWithARemedy) {
  struct Row {
    const char *name, *text, *remedy;
  };
  for (const Row& row : {Row{"p.txt", "PAR1\n\n\nx\n", "to_csv"},
                         Row{"h.txt", "<html>\n<a href='http://h/'>\n</html>\n", "lynx -dump"},
                         Row{"s.txt", "<?xml version='1.0'?>\n<urlset>\n", "grep -oP '<loc>"},
                         Row{"c.txt", "url,n\nhttp://h/1,2\nhttp://h/2,3\n", "--format csv"},
                         Row{"j.txt", "[\n\"http://h/1\"\n]\n", "--format json"},
                         Row{"j.jsonl", "[\n{\n\"url\": 1\n}\n]\n", "--format json"},
                         Row{"a.txt", "http://h/1\n  out=x\n", "--format aria2"}}) {
    const Finished finished = run(setup({list(row.name, row.text)}));
    EXPECT_EQ(3, finished.exit_status) << finished.describe();
    EXPECT_TRUE(has(finished.err, row.remedy)) << finished.describe();
    EXPECT_FALSE(has(finished.err, "bad_url")) << finished.describe();
    EXPECT_EQ(0u, records().size()) << row.name;
  }
}

TEST_F(ListKindsTest, AJsonArrayIsRead) {
  const std::string pretty =
      fmt::format("[\n  {{\n    \"url\": \"{}\",\n    \"n\": 1\n  }},\n  \"{}\"\n]\n",
                  origin_.url("/a.jpg"), origin_.url("/b.jpg"));
  const Finished finished = run(setup({"--keep-columns", list("l.json", pretty)}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ((Names{"a.jpg", "b.jpg"}), saved_names());
  std::ifstream file(results());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(has(text, "\"n\":1")) << text;
  EXPECT_EQ(2u, records().size()) << text;
}

TEST_F(ListKindsTest, AJsonArrayOfStdinStartsAsItComes) {
  Launch given = setup({"--format=json", "-"});
  given.stdin_pipe = true;
  FanfetchProcess process(given);
  process.write_stdin("[\"" + origin_.url("/a.jpg") + "\",\n");
  EXPECT_TRUE(origin_.wait_for_count("/a.jpg", 1)) << "an element starts while stdin is open";
  process.write_stdin("\"" + origin_.url("/b.jpg") + "\"]");
  process.close_stdin();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ((Names{"a.jpg", "b.jpg"}), saved_names());
}

TEST_F(ListKindsTest, AListNamesItsFilesInEveryRun) {
  origin_.serve_in_turn("/b.jpg", {status(503), status(503), ok(picture("/b.jpg"))});
  const std::string file = list(
      "urls.txt", fmt::format("{}\tone.jpg\n{}\tout=../../sub/two.jpg\n{}\tdir=x\n",
                              origin_.url("/a.jpg"), origin_.url("/b.jpg"), origin_.url("/c.jpg")));
  const Finished first = run(setup({"--retries=0", file}));
  EXPECT_EQ(1, first.exit_status) << first.describe();
  EXPECT_EQ((Names{"one.jpg", "x/c.jpg"}), saved_names());
  const Finished second = run(setup({"--retries=3", file}));
  EXPECT_EQ(0, second.exit_status) << second.describe();
  EXPECT_EQ((Names{"one.jpg", "sub/two.jpg", "x/c.jpg"}), saved_names());
  EXPECT_TRUE(has(last_line(second.err), "1 saved, 2 kept, 0 skipped, 0 failed")) << second.err;
}

TEST_F(ListKindsTest, AnExplicitNameWins) {
  const std::string file = list("urls.txt", origin_.url("/a.jpg") + "\tone.jpg\n");
  const Finished finished = run(setup({"--name={stem}-x.{ext}", file}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(Names{"a-x.jpg"}, saved_names());
  EXPECT_TRUE(has(finished.err, "the names in the list count for nothing")) << finished.err;
}

TEST_F(ListKindsTest, Aria2sHeadersStayAtTheirOrigin) {
  FaultOrigin other;
  other.serve("/far.jpg", ok(picture("far")));
  origin_.serve("/near.jpg", redirect("/next.jpg"));
  origin_.serve("/next.jpg", redirect(other.url("/far.jpg")));
  const std::string file =
      list("dl.txt", fmt::format("# mine\n{}\n  out=far.jpg\n  header=X-Key: hush\n  "
                                 "referer=http://ref/\n  split=5\n{}\n  split=2\n",
                                 origin_.url("/near.jpg"), origin_.url("/a.jpg")));
  const Finished finished = run(setup({"--format=aria2", file}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ((Names{"far.jpg", "a.jpg"}), saved_names());
  for (const char* path : {"/near.jpg", "/next.jpg"}) {
    ASSERT_EQ(1u, origin_.count(path));
    EXPECT_EQ("hush", origin_.requests(path)[0].header("x-key")) << path;
    EXPECT_EQ("http://ref/", origin_.requests(path)[0].header("referer")) << path;
  }
  ASSERT_EQ(1u, other.count());
  EXPECT_EQ(std::nullopt, other.requests()[0].header("x-key"));
  EXPECT_EQ(std::nullopt, other.requests()[0].header("referer"));
  EXPECT_EQ(std::nullopt, origin_.requests("/a.jpg")[0].header("x-key")) << "of that link alone";
  const std::size_t notice = finished.err.find("split=");
  ASSERT_NE(std::string::npos, notice) << finished.err;
  EXPECT_EQ(std::string::npos, finished.err.find("split=", notice + 1)) << finished.err;
  std::ifstream results_file(results());
  const std::string text{std::istreambuf_iterator<char>(results_file), {}};
  EXPECT_FALSE(has(text + finished.err, "hush"));
  std::ifstream ledger(output() + "/.fanfetch/ledger.sqlite", std::ios::binary);
  EXPECT_FALSE(has(std::string{std::istreambuf_iterator<char>(ledger), {}}, "hush"));
}

TEST_F(ListKindsTest, TwoUrlsOnALineAreAnError) {
  const std::string file = list("urls.txt", origin_.url("/a.jpg") + "\t" + origin_.url("/b.jpg") +
                                                "\n" + origin_.url("/c.jpg") + "\n");
  const Finished finished = run(setup({file}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "two URLs are on its line")) << finished.err;
  EXPECT_EQ(Names{"c.jpg"}, saved_names());
}

}  // namespace
}  // namespace fanfetch::system
