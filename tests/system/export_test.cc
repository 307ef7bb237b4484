// fanfetch export: every row of a ledger, as other programs read it.

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "tests/system/command_test.h"

namespace fanfetch::system {
namespace {

using Row = std::map<std::string, std::string>;

/// A reader of RFC 4180, written without a look at the writer.
std::vector<Row> parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      fields.back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (quoted || (c != ',' && c != '\n')) {
      fields.back() += c;
    } else if (c == ',') {
      fields.emplace_back();
    } else {
      lines.push_back(std::exchange(fields, std::vector<std::string>(1)));
    }
  }
  EXPECT_EQ(fields, std::vector<std::string>(1)) << "the last line has an end";
  std::vector<Row> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    EXPECT_EQ(lines[0].size(), lines[i].size()) << i;
    Row& row = rows.emplace_back();
    for (std::size_t k = 0; k < std::min(lines[0].size(), lines[i].size()); ++k) {
      row[lines[0][k]] = lines[i][k];
    }
  }
  return rows;
}

class ExportTest : public CommandTest {
 protected:
  /// Saved and failed links, some with awkward values.
  void run_once() {
    auto links = serve_many(5, 1000);
    origin_.serve("/awkward.jpg", Reply{.body = picture(),
                                        .headers = {{"ETag", R"("say ""x"", or, y")"}},
                                        .content_type = "image/jpeg; a=\"b,c\""});
    links.insert(links.end(), {"/awkward.jpg", "/a,b%22c.jpg", "nonsense"});
    EXPECT_EQ(1, run(list_setup(links)).exit_status);
  }
  /// 2,500 rows, about a megabyte.
  void run_large() {
    std::vector<std::string> links;
    for (int i = 0; i < 2500; ++i) links.push_back(fmt::format("no URL {}", i));
    EXPECT_EQ(1, run(list_setup(links, {"-q", "--progress=none"})).exit_status);
  }
  [[nodiscard]] std::vector<ResultLine> exported(const std::string& text) const {
    auto lines = parse_result_lines(text);
    std::ranges::sort(lines, {}, &ResultLine::index);
    return lines;
  }
  [[nodiscard]] std::vector<std::string> names_in_folder() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename());
    }
    std::ranges::sort(names);
    return names;
  }
};

TEST_F(ExportTest, JsonLinesAreTheRecordsOfTheRun) {
  run_once();
  const Finished finished = command({"export", output()});
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ("", finished.err);
  auto lines_of_run = lines_of(read_file(results()));
  auto lines_of_export = lines_of(finished.out);
  std::ranges::sort(lines_of_run);
  std::ranges::sort(lines_of_export);
  EXPECT_EQ(8u, lines_of_export.size());
  EXPECT_EQ(lines_of_run, lines_of_export);
}

TEST_F(ExportTest, CsvHoldsTheSame) {
  run_once();
  const auto lines = exported(command({"export", output()}).out);
  const std::string file = folder_.at("links.csv");
  const Finished finished = command({"export", output(), "-o", file});
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ("", finished.out);
  EXPECT_EQ(command({"export", output(), "--format", "csv"}).out, read_file(file));
  auto rows = parse_csv(read_file(file));
  std::ranges::sort(rows, {}, [](const Row& row) { return std::stoi(row.at("index")); });
  ASSERT_EQ(lines.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ResultLine& line = lines[i];
    Row& row = rows[i];
    EXPECT_EQ(line.keys.size(), row.size());
    EXPECT_EQ(std::to_string(line.index), row["index"]);
    EXPECT_EQ(line.url.value_or(""), row["url"]);
    EXPECT_EQ(line.status, row["status"]);
    EXPECT_EQ(line.file_name.value_or(""), row["file_name"]);
    EXPECT_EQ(line.bytes ? std::to_string(*line.bytes) : "", row["bytes"]);
    EXPECT_EQ(line.etag.value_or(""), row["etag"]);
    EXPECT_EQ(line.content_type.value_or(""), row["content_type"]);
    EXPECT_EQ(line.error.value_or(""), row["error"]);
    EXPECT_EQ(line.message.value_or(""), row["message"]);
    EXPECT_EQ(line.started_at.value_or(""), row["started_at"]);
  }
  EXPECT_EQ(R"("say ""x"", or, y")", lines[5].etag);
}

TEST_F(ExportTest, MetadataHoldsFilesOnlyAndNoErrors) {
  run_once();
  const std::string file = output() + "/metadata.jsonl";
  EXPECT_EQ(0, command({"export", output(), "--image-folder", "-o", file}).exit_status);
  const auto lines = exported(read_file(file));
  EXPECT_EQ(6u, lines.size());
  for (const ResultLine& line : lines) {
    EXPECT_EQ("saved", line.status);
    EXPECT_TRUE(std::filesystem::exists(output() + '/' + line.file_name.value_or("none")));
    EXPECT_EQ(21u, line.keys.size());
    for (const char* key : {"error", "retryable", "message"}) {
      EXPECT_EQ(0, std::ranges::count(line.keys, key)) << key;
    }
  }
  const std::string by_name = folder_.at("metadata.jsonl");
  EXPECT_EQ(0, command({"export", output(), "-o", by_name}).exit_status);
  EXPECT_EQ(8u, exported(read_file(by_name)).size()) << "a name does not change what it holds";
}

TEST_F(ExportTest, WhileARunIsGoingOn) {
  const auto gate = std::make_shared<Gate>();
  auto links = serve_many(5, 1000);
  origin_.serve("/held.jpg", Reply{.body = picture("held"), .gate = gate});
  links.emplace_back("/held.jpg");
  FanfetchProcess process(list_setup(links, {"-w1"}));
  const auto rows = [&] { return lines_of(command({"export", output()}).out).size(); };
  EXPECT_TRUE(eventually([&] { return rows() == 5; }, kPatience));
  gate->open();
  EXPECT_EQ(0, finish(process).exit_status);
  EXPECT_EQ(6u, rows());
}

TEST_F(ExportTest, OfAnEmptyList) {
  EXPECT_EQ(0, run(list_setup({})).exit_status);
  EXPECT_EQ("", command({"export", output()}).out);
  EXPECT_EQ(1u, lines_of(command({"export", output(), "--format=csv"}).out).size());
}

TEST_F(ExportTest, MoreRowsThanAPage) {
  run_large();
  const auto lines = exported(command({"export", output()}).out);
  ASSERT_EQ(2500u, lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(static_cast<std::int64_t>(i) + 1, lines[i].index) << "each once";
  }
}

TEST_F(ExportTest, ReplacesAnExportAndFollowsALink) {
  run_once();
  const std::string file = folder_.at("real.jsonl");
  EXPECT_EQ(0, command({"export", output(), "--failed", "-o", file}).exit_status);
  EXPECT_EQ(2u, exported(read_file(file)).size());
  ::chmod(file.c_str(), 0600);
  std::filesystem::create_symlink("real.jsonl", folder_.at("link.jsonl"));
  const auto names = names_in_folder();
  EXPECT_EQ(0, command({"export", output(), "-o", folder_.at("link.jsonl")}).exit_status);
  EXPECT_EQ(8u, exported(read_file(file)).size());
  EXPECT_TRUE(std::filesystem::is_symlink(folder_.at("link.jsonl")));
  struct stat status {};
  EXPECT_EQ(0, ::stat(file.c_str(), &status));
  EXPECT_EQ(0600u, status.st_mode & 0777u) << "as private as it was";
  EXPECT_EQ(names, names_in_folder()) << "nothing is left beside it";
}

TEST_F(ExportTest, AUsersFileIsNotReplaced) {
  run_once();
  const std::string list = folder_.write("list.csv", "url\nhttp://h/a.jpg\n");
  for (const char* format : {"csv", "jsonl", "urls"}) {
    const Finished finished = command({"export", output(), "-o", list, "--format", format});
    EXPECT_EQ(2, finished.exit_status) << finished.describe();
    EXPECT_TRUE(has(finished.err, "--force")) << finished.err;
    EXPECT_EQ("url\nhttp://h/a.jpg\n", read_file(list));
  }
  const Finished as_before = command({"export", output(), list});
  EXPECT_EQ(2, as_before.exit_status) << as_before.describe();
  EXPECT_TRUE(has(as_before.err, "is no folder; the file to write is named by -o FILE"))
      << as_before.err;
  EXPECT_EQ("url\nhttp://h/a.jpg\n", read_file(list));
  EXPECT_EQ(0, command({"export", output(), "-o", list, "--force"}).exit_status);
  EXPECT_EQ(9u, lines_of(read_file(list)).size());
  EXPECT_EQ(0, command({"export", output(), "-o", list}).exit_status) << "it is an export now";
  (void)folder_.write("list.csv", read_file(list) + "http://h/mine.jpg\n");
  EXPECT_EQ(2, command({"export", output(), "-o", list}).exit_status) << "and now the user's";
  (void)folder_.write("list.csv", "");
  EXPECT_EQ(2, command({"export", output(), "-o", list}).exit_status) << "it may be a download";
  const Finished ledger = command(
      {"export", output(), "--force", "--format=csv", "-o", output() + "/.fanfetch/ledger.sqlite"});
  EXPECT_EQ(2, ledger.exit_status) << ledger.describe();
}

TEST_F(ExportTest, OnlyWhatIsAskedFor) {
  origin_.serve("/no.jpg", status(403));
  auto links = serve_many(2, 1000);
  links.insert(links.end(), {"/gone.jpg", "/no.jpg", "http://u:p@localhost:1/x.jpg"});
  EXPECT_EQ(1, run(list_setup(links, {"--retries=0"})).exit_status);
  const auto urls = [&](std::vector<std::string> options) {
    std::vector<std::string> args{"export", output(), "--format=urls"};
    args.insert(args.end(), options.begin(), options.end());
    auto lines = lines_of(command(args).out);
    std::ranges::sort(lines);
    return lines;
  };
  using Urls = std::vector<std::string>;
  const std::string masked = "http://user:***@localhost:1/x.jpg", no = origin_.url("/no.jpg"),
                    gone = origin_.url("/gone.jpg");
  EXPECT_EQ((Urls{gone, no, masked}), urls({"--failed"}));
  EXPECT_EQ(Urls{gone}, urls({"--status", "404"}));
  EXPECT_EQ((Urls{gone, no}), urls({"--class", "http_4xx"}));
  EXPECT_EQ((Urls{origin_.url("/000.jpg"), origin_.url("/001.jpg")}), urls({"--status=saved"}));
  EXPECT_EQ(Urls{masked}, urls({"--host", "localhost"}));
  EXPECT_EQ(Urls{masked}, urls({"--host", "localhost:1"}));
  EXPECT_EQ(Urls{}, urls({"--host", "localhost:2"}));
  EXPECT_EQ(Urls{}, urls({"--host", "localhost", "--status", "saved"}));
}

TEST_F(ExportTest, OfSeveralFolders) {
  run_once();
  EXPECT_EQ(0, run({.args = {"--allow-private", "-o", folder_.at("more"), "--keep-columns",
                             folder_.write("more.csv",
                                           "url,title\n" + origin_.url("/000.jpg") + ",first\n")}})
                   .exit_status);
  EXPECT_EQ(9u, exported(command({"export", output(), folder_.at("more")}).out).size());
  const auto rows =
      parse_csv(command({"export", output(), folder_.at("more"), "--format=csv"}).out);
  ASSERT_EQ(9u, rows.size());
  EXPECT_EQ("", rows[0].at("title"));
  EXPECT_EQ("first", rows[8].at("title"));
  const Finished nowhere = command({"export", output(), folder_.at("none")});
  EXPECT_EQ(2, nowhere.exit_status) << nowhere.describe();
  EXPECT_EQ("", nowhere.out);
}

TEST_F(ExportTest, NoHalfFileWhenItDoesNotFit) {
  run_large();
  (void)folder_.write("old.jsonl", "old");
  const auto names = names_in_folder();
  rlimit was{};
  ::getrlimit(RLIMIT_FSIZE, &was);
  const rlimit small{.rlim_cur = 100'000, .rlim_max = was.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);  // the program inherits it
  const Finished replaced = command({"export", output(), "-o", folder_.at("old.jsonl"), "--force"});
  const Finished made = command({"export", output(), "-o", folder_.at("new.csv")});
  ::setrlimit(RLIMIT_FSIZE, &was);
  EXPECT_EQ(4, replaced.exit_status) << replaced.describe();
  EXPECT_TRUE(has(replaced.err, "cannot write '" + folder_.at("old.jsonl") + "': File too large"))
      << replaced.err;
  EXPECT_EQ(4, made.exit_status) << made.describe();
  EXPECT_EQ("old", read_file(folder_.at("old.jsonl")));
  EXPECT_EQ(names, names_in_folder());
}

TEST_F(ExportTest, OutputThatCannotBeWritten) {
  run_once();
  const Finished full = command({"export", output(), "-o", "/dev/full", "--format=jsonl"});
  EXPECT_EQ(4, full.exit_status) << full.describe();
  EXPECT_TRUE(has(full.err, "No space left")) << full.err;
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full")) << "a device is not replaced";
  const Finished nowhere = command({"export", output(), "-o", folder_.at("no/such/folder.csv")});
  EXPECT_EQ(4, nowhere.exit_status) << nowhere.describe();
  EXPECT_TRUE(has(nowhere.err, "no/such/folder.csv")) << nowhere.err;
}

TEST_F(ExportTest, ReaderOfStdoutGone) {
  run_once();
  Launch given = command_setup({"export", output()});
  given.stdout_unread = true;
  const Finished finished = run(given);
  EXPECT_EQ(SIGPIPE, finished.signal) << finished.describe();
  EXPECT_EQ("", finished.err);
}

}  // namespace
}  // namespace fanfetch::system
