// The words of a command line: what they name, which folder suits them, and that a slip in one
// costs nothing.

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/sample_gallery.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

constexpr std::string_view kHoldsSomething =
    R"(stdin holds something: write "fanfetch -" for a list, "fanfetch imgur" for the gallery)";

class WordsTest : public SystemTest {
 protected:
  WordsTest() { origin_.serve("/a.bin", ok("a")); }

  /// A command line as it is: no folder, no results are named.
  [[nodiscard]] Launch plain(std::vector<std::string> args) const {
    args.emplace_back("--allow-private");
    return {.args = std::move(args), .folder = folder_.path()};
  }
  [[nodiscard]] Launch gallery(std::vector<std::string> args) const {
    args.push_back("--api-base=" + origin_.url());
    Launch given = plain(std::move(args));
    given.env["IMGUR_CLIENT_ID"] = "c1ient";
    return given;
  }
  Finished expect(int status, const Launch& given, std::string_view words = "") {
    Finished finished = run(given);
    EXPECT_EQ(status, finished.exit_status) << finished.describe();
    EXPECT_TRUE(has(finished.err, words)) << words << "\n" << finished.describe();
    return finished;
  }
  [[nodiscard]] bool there(const std::string& name) const {
    return std::filesystem::exists(folder_.at(name));
  }
  [[nodiscard]] std::string list(const std::string& name = "urls.txt") const {
    return folder_.write(name, origin_.url("/a.bin") + "\n");
  }
};

// --- A slip in the name of a list ---

TEST_F(WordsTest, ASlipInTheNameOfAListTouchesNothing) {
  expect(0, setup({list()}));
  const std::string before = read_file(results());
  ASSERT_FALSE(before.empty());
  (void)folder_.write("folder/x", "");
  (void)folder_.write("table.txt", "PAR1 and so on");
  (void)folder_.write("table.csv", "a,b\n1,2\n");
  const std::size_t asked = origin_.count();
  const std::vector<std::string> kSlips[] = {
      {"url.txt"},    {"urls.txt", "url.txt"},  // not the first, nor the only one
      {"-i", "urls"}, {origin_.url("/a.bin"), "-i", "missing.csv.gz"},
      {"./folder"},   {"urls.txt", "folder/"},
      {"urls.txt/x"}, {"urls.txt", "--name={col:title}"},  // opened, and found to be no good
      {"table.txt"},  {"urls.txt", "table.csv"},
  };
  for (const auto& words : kSlips) {
    SCOPED_TRACE(words.back());
    const Finished finished = expect(3, setup(words), "fanfetch: ");
    EXPECT_EQ(before, read_file(results())) << finished.describe();
    auto elsewhere = words;
    for (const char* word : {"-o", "new", "--ledger=new.sqlite"}) elsewhere.emplace_back(word);
    expect(3, plain(elsewhere));
    EXPECT_FALSE(there("new") || there("new.sqlite"));
  }
  EXPECT_EQ(asked, origin_.count()) << "no request either";
}

TEST_F(WordsTest, ASecondFifoIsOpenedAtItsTurn) {
  const std::string first = folder_.at("first"), second = folder_.at("second");
  ASSERT_EQ(0, ::mkfifo(first.c_str(), 0600));
  ASSERT_EQ(0, ::mkfifo(second.c_str(), 0600));
  const std::string line = origin_.url("/a.bin") + "\n";
  std::thread writer([&] {  // opens the second only when the first is read
    std::ofstream(first) << line;
    std::ofstream(second) << line;
  });
  expect(0, setup({"./first", list(), "./second"}));
  writer.join();
  EXPECT_EQ(3u, records().size());
}

// --- stdin that was meant ---

TEST_F(WordsTest, AStdinThatHoldsSomethingIsNotPassedOver) {
  for (const bool with_id : {true, false}) {
    for (const std::string& text : {origin_.url("/a.bin") + "\n", std::string()}) {
      Launch given = with_id ? gallery({}) : plain({});
      given.stdin_file = folder_.write("in", text);
      expect(2, given, kHoldsSomething);
    }
    Launch piped = with_id ? gallery({"--pages=2"}) : plain({});
    piped.args = {"-c", "printf x | { sleep 0.1; exec \"$FANFETCH_BIN\" --no-config; }"};
    piped.program = "/bin/sh";
    piped.env["FANFETCH_BIN"] = ::getenv("FANFETCH");
    expect(2, piped, kHoldsSomething);
  }
  EXPECT_EQ(0u, origin_.count());
  EXPECT_FALSE(there("images") || there("downloads"));
}

TEST_F(WordsTest, AnEmptyOrUnwantedStdinIsNoHindrance) {
  origin_.serve("/3/gallery/hot/viral/0", json(R"({"data":[],"success":true,"status":200})"));
  Launch open_pipe = gallery({});
  open_pipe.stdin_pipe = true;  // nothing in it, and never closed
  expect(0, open_pipe);
  expect(0, gallery({}));  // /dev/null
  Launch named = gallery({"imgur"});
  named.stdin_file = list();
  expect(0, named);
  named.args[0] = "urls.txt";
  expect(0, named);
  Launch file = plain({"--config", folder_.write("config", "input-file = urls.txt\n")});
  file.stdin_file = list();
  expect(0, file);
  expect(2, plain({}), "nothing to download");
}

// --- Sources of a file ---

TEST_F(WordsTest, AJobLivesInAFileAlone) {
  (void)list();
  origin_.serve("/b.bin", ok("b"));
  const std::string config =
      folder_.write("config", fmt::format("source = {}\ninput-file = urls.txt\noutput = out\n"
                                          "allow-private = yes\n",
                                          origin_.url("/b.bin")));
  const Finished finished =
      expect(0, {.args = {"--config", config}, .folder = folder_.path()}, "2 saved");
  EXPECT_EQ(2u, files_in(folder_.at("out")).size()) << finished.describe();
  expect(0, {.args = {"--config", config, "-o", "other", "urls.txt"}, .folder = folder_.path()});
  EXPECT_EQ(1u, files_in(folder_.at("other")).size()) << "the command line's in their place";
}

TEST_F(WordsTest, AListFromTheNetIsPiped) {
  expect(2, plain({"-i", origin_.url("/urls.txt")}),
         fmt::format("curl -fsS {} | fanfetch -", origin_.url("/urls.txt")));
  EXPECT_EQ(0u, origin_.count());
}

// --- The folder ---

TEST_F(WordsTest, TheFolderSuitsTheSources) {
  origin_.serve("/3/gallery/hot/viral/0", json(R"({"data":[],"success":true,"status":200})"));
  expect(0, plain({list()}), "in downloads");
  EXPECT_TRUE(there("downloads/a.bin"));
  EXPECT_FALSE(there("images"));
  expect(0, gallery({"imgur"}), "in images");
  EXPECT_TRUE(there("images/.fanfetch"));
  expect(0, gallery({"imgur", list()}), "in downloads");
  expect(0, plain({origin_.url("/a.bin")}), "in downloads");
  expect(0, plain({list(), "-o", "mine"}), "in mine");
}

TEST_F(WordsTest, AFileForAFolderIsRefused) {
  const std::string url = origin_.url("/a.bin");
  const std::pair<const char*, const char*> kRows[] = {
      {"photo.jpg", "-o names a folder; --name photo.jpg names the file"},
      {"a.BIN", "-o names a folder; --name a.BIN names the file"},
      {"sub/x.tar.gz", "-o names a folder; -o sub --name x.tar.gz names the file"},
      {"urls.txt", "-o names a folder; --name urls.txt names the file"},  // is there, as a file
  };
  (void)list();
  for (const auto& [given, words] : kRows) {
    SCOPED_TRACE(given);
    expect(2, plain({url, "-o", given}), words);
    EXPECT_FALSE(std::filesystem::is_directory(folder_.at(given)));
  }
  EXPECT_FALSE(there("sub"));
  EXPECT_EQ(0u, origin_.count());
  std::filesystem::create_directory(folder_.at("old.jpg"));
  for (const char* folder : {"old.jpg", "new.jpg/", "pictures", "v1.2", "example.org", ".cache"}) {
    SCOPED_TRACE(folder);
    expect(0, plain({url, "-o", folder}));
    EXPECT_TRUE(there(std::string(folder) + "/a.bin"));
  }
  expect(0, plain({url, "-o", "two.jpg", "--name=x.bin"}));
  expect(0, plain({list(), "-o", "list.jpg"}));
}

TEST_F(WordsTest, AFolderIsNoSource) {
  std::filesystem::create_directory(folder_.at("images"));
  expect(2, plain({"images"}), "-o images puts files there; fanfetch status images looks at it");
  expect(3, plain({"images/"}), "-o images/ puts files there; fanfetch status images/ looks at it");
  expect(2, plain({"pictures"}), "is no command and no source");
  EXPECT_FALSE(there("downloads"));
}

TEST_F(WordsTest, ABucketIsNoFolder) {
  expect(2, plain({list(), "-o", "s3://bucket/x"}), "'s3://bucket/x' is no path");
  EXPECT_FALSE(there("s3:"));
}

TEST_F(WordsTest, AnOptionOfOtherFormatsIsRefused) {
  const std::string json_lines = folder_.write("x.jsonl", "");
  const std::string table = folder_.write("x.csv", "url\n");
  const std::string text = folder_.write("x.txt", "");
  for (const std::string option : {"--url-column=2", "--delimiter=;"}) {
    for (const std::string& source : {json_lines, text, origin_.url("/a.bin")}) {
      expect(2, plain({source, option}),
             option.substr(0, option.find('=')) + " is for CSV and TSV");
    }
    expect(0, plain({text, "--format=tsv", option}));
  }
  for (const std::string& source : {table, text}) {
    expect(2, plain({source, "--links-at=/x"}), "--links-at is for JSON");
  }
  expect(2, plain({"-", "--links-at=/x"}), "'-' is read as text; --format jsonl reads it");
  expect(0, plain({json_lines, table, "--links-at=/x", "--url-column=1"}));
  expect(0, plain({text, "--config", folder_.write("config", "url-column = Link\n")}));
}

// --- Pages ---

TEST_F(WordsTest, PagesOfAUrlNeedLinksAt) {
  origin_.serve("/api", json(R"({"d":["/a.bin"],"next":null})"));
  for (const char* pages : {"--pages=3", "--pages=all", "--pages=1"}) {
    expect(2, plain({origin_.url("/api"), pages}), "--pages needs --links-at");
  }
  expect(2, plain({origin_.url("/api"), "--next-at=/next"}), "--next-at needs --links-at");
  const std::string config =
      folder_.write("config", "source = " + origin_.url("/api") + "\npages = all\n");
  expect(2, plain({"--config", config}), "--pages needs --links-at");
  EXPECT_EQ(0u, origin_.count());
  expect(0, plain({"--config", config, origin_.url("/a.bin")}));
  expect(0, plain({"--config", config, list()}));
  expect(0, plain({origin_.url("/api"), "--pages=3", "--links-at=/d/*", "--next-at=/next"}));
}

TEST_F(WordsTest, PagesOfAFileNeedAUrl) {
  (void)folder_.write("p.json", R"({"data":[{"url":")" + origin_.url("/a.bin") +
                                    R"("}],"next":"http://127.0.0.1/2"})");
  const std::vector<std::string> at = {"--links-at=/data/*/url"};
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.end(), at.begin(), at.end());
    return plain(words);
  };
  expect(2, with({"p.json", "--next-at=/next", "--pages=all"}),
         "--pages needs a URL: pages are those of a JSON API, and 'p.json' is a list");
  expect(2, with({"p.json", "--next-at=/next"}), "--next-at needs a URL");
  expect(2, with({"--format=json", "-", "--pages=2"}), "and standard input is a list");
  expect(2, plain({list(), "--pages=2"}), "--pages needs a URL");
  expect(2, plain({"-i", list(), "--pages=2"}), "--pages needs a URL");
  expect(0, with({"p.json"}));
  const std::string config = folder_.write("config", "links-at = /data/*/url\nnext-at = /next\n");
  expect(0, plain({"--config", config, "p.json"}));
}

// --- Arguments that are more than a URL ---

TEST_F(WordsTest, AnArgumentIsOneUrl) {
  const std::string a = origin_.url("/a.bin"), b = origin_.url("/b.bin");
  for (const std::string blank : {" ", "\n", "\t", "\r\n", ",", ", ", ";", "|", "\xc2\xa0"}) {
    expect(2, plain({a + blank + b}), "two URLs are in one argument, which begins with '" + a);
    expect(2, plain({a + blank + b, "--links-at=/u"}), "two URLs are in one argument");
  }
  expect(2, plain({a + "\tname.jpg"}), "a tab or line break follows '" + a + "'");
  expect(2, plain({a + "\nnext.jpg"}), "a tab or line break follows '" + a + "'");
  const std::string secret = "http://me:hush@127.0.0.1/";
  EXPECT_FALSE(has(expect(2, plain({secret + " " + secret})).err, "hush"));
  EXPECT_EQ(0u, origin_.count());
  EXPECT_FALSE(there("downloads"));
  origin_.serve("/my%20pic,https:", ok("a"));
  expect(0, plain({origin_.url("/my pic,https:") + "\n"}));
  origin_.serve("/r?u=" + a + "," + b, ok("a"));
  expect(0, plain({origin_.url("/r?u=" + a + "," + b)}));
}

// --- The file of --results ---

TEST_F(WordsTest, ResultsReplaceNoFileOfTheUsers) {
  const std::string urls = list();
  const std::string line = read_file(urls);
  (void)folder_.write("one.jsonl", R"({"url":")" + origin_.url("/a.bin") + "\"}\n");
  const std::string row = read_file(folder_.at("one.jsonl"));
  const auto with = [this](std::vector<std::string> words, const std::string& results) {
    for (const std::string& word : {std::string("-o"), std::string("o"), "--results=" + results}) {
      words.push_back(word);
    }
    return plain(std::move(words));
  };
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"-"}, {"-i", "-"}, {"/dev/stdin"}, {"./urls.txt", "-"}}) {
    Launch given = with(words, "./urls.txt");
    given.stdin_file = urls;
    expect(2, given, "--results would overwrite the list '");
  }
  expect(2, with({origin_.url("/a.bin")}, "urls.txt"),
         "--results would overwrite 'urls.txt', which holds no results of an earlier run; choose "
         "another FILE, or remove it");
  expect(2, plain({"--results", "urls.txt", "-o", "o", "-i", "one.jsonl"}), "'urls.txt'");
  expect(2, with({"urls.txt"}, "one.jsonl"), "'one.jsonl'");
  EXPECT_EQ(line, read_file(urls));
  EXPECT_EQ(row, read_file(folder_.at("one.jsonl")));
  EXPECT_FALSE(there("o"));
  expect(0, with({"urls.txt"}, "new.jsonl"));
  expect(2, with({"urls.txt"}, "o/a.bin"), "'o/a.bin'");
  EXPECT_EQ("a", read_file(folder_.at("o/a.bin")));
}

TEST_F(WordsTest, ResultsReplaceWhatEarlierOnesLeft) {
  (void)folder_.write("empty.jsonl", "");
  const std::string urls = list();
  for (const char* results : {"empty.jsonl", "new.jsonl", "/dev/null", "/dev/stdout"}) {
    for (int i = 0; i < 2; ++i) {
      expect(0, plain({"urls.txt", "-o", "o", "--results", results}));
    }
  }
  EXPECT_EQ(read_file(folder_.at("new.jsonl")), read_file(folder_.at("empty.jsonl")));
  // Results are a list, too: of the links that they tell of.
  Launch given = plain({"-", "--format=jsonl", "-o", "o", "--results", "new.jsonl"});
  given.stdin_file = folder_.at("new.jsonl");
  expect(2, given, "--results would overwrite the list 'new.jsonl'");
  EXPECT_EQ(read_file(folder_.at("new.jsonl")), read_file(folder_.at("empty.jsonl")));
}

}  // namespace
}  // namespace fanfetch::system
