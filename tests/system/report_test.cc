// fanfetch report: what runs have brought, as one HTML file.

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "tests/system/command_test.h"

namespace fanfetch::system {
namespace {

class ReportTest : public CommandTest {
 protected:
  /// Pictures, failures, and names that a page must not take for more than names.
  void run_once() {
    auto links = serve_many(5, 1000);
    origin_.serve("/big.jpg", Reply{.body = noise(60'000, 7)});
    origin_.serve("/same.jpg", Reply{.body = served().at("000.jpg")});
    origin_.serve("/%3Cscript%3Ealert(1)%3C/script%3E.jpg", Reply{.body = noise(900, 8)});
    links.insert(links.end(), {"/big.jpg", "/same.jpg", "/<script>alert(1)</script>.jpg",
                               "/gone\"onload='x'.jpg", "javascript:alert(1)//\x1b]0;x\x07"});
    EXPECT_EQ(1, run(list_setup(links, {"--retries=0"})).exit_status);
  }
  [[nodiscard]] std::string page(const std::string& name = "report.html") const {
    return read_file(folder_.at(name));
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

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t all = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++all;
  return all;
}

TEST_F(ReportTest, SaysWhatARunHasBrought) {
  run_once();
  const Finished finished = command({"report", output()});
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ("", finished.out);
  EXPECT_EQ("", finished.err);
  const std::string html = page();
  EXPECT_TRUE(has(html.substr(0, 1024), "<meta name=\"generator\" content=\"fanfetch "));
  EXPECT_TRUE(has(html, ": 8 saved, 2 failed</title>"));
  for (const char* words :
       {"http_4xx", "bad_url", "the server says 404", "fanfetch --retry-failed http_4xx -o ",
        "<title>Throughput over ", "<title>Failures over ", "<title>Sizes of 8 files",
        "<title>Time to first byte by host: 127.0.0.1 ", "1 file of the same content"}) {
    EXPECT_TRUE(has(html, words)) << words;
  }
  // The seven small ones; their bytes are those on the disk.
  EXPECT_EQ(7u, count(html, "src=\"data:image/jpeg;base64,"));
  // One script, ours, and no text that is more than text.
  EXPECT_EQ(1u, count(html, "<script"));
  EXPECT_EQ(0u, count(html, "href=\"javascript:"));
  EXPECT_EQ(0u, count(html, "\x1b"));
  EXPECT_EQ(0u, count(html, "\"onload"));
  EXPECT_TRUE(has(html, "javascript:alert(1)//"));
  EXPECT_TRUE(has(html, "&lt;script&gt;alert(1)"));
}

TEST_F(ReportTest, GoesToStdoutOrAFileAndReplacesNoneButReports) {
  run_once();
  const Finished shown = command({"report", output(), "-o", "-"});
  EXPECT_EQ(0, shown.exit_status) << shown.describe();
  EXPECT_TRUE(shown.out.starts_with("<!DOCTYPE html>"));
  EXPECT_FALSE(std::filesystem::exists(folder_.at("report.html")));

  EXPECT_EQ(0, command({"report", output()}).exit_status);
  EXPECT_EQ(0, command({"report", output()}).exit_status) << "it is a report";
  for (const char* content : {"mine", ""}) {
    (void)folder_.write("report.html", content);
    const Finished refused = command({"report", output()});
    EXPECT_EQ(2, refused.exit_status) << refused.describe();
    EXPECT_TRUE(has(refused.err, "'report.html' is there, and is no report of fanfetch"));
    EXPECT_TRUE(has(refused.err, "-o FILE") && has(refused.err, "--force")) << refused.err;
    EXPECT_EQ(content, page());
  }
  EXPECT_EQ(0, command({"report", output(), "--force"}).exit_status);
  EXPECT_TRUE(page().starts_with("<!DOCTYPE html>"));
  const std::string ledger = output() + "/.fanfetch/ledger.sqlite";
  EXPECT_EQ(2, command({"report", output(), "--force", "-o", ledger}).exit_status);
}

TEST_F(ReportTest, ADownloadThatLooksLikeAReportStays) {
  run_once();
  EXPECT_EQ(0, command({"report", output()}).exit_status);
  origin_.serve("/report.html", Reply{.body = page(), .content_type = "text/html"});
  EXPECT_EQ(0, run(list_setup({"/report.html"})).exit_status);
  const std::string download = output() + "/report.html";
  const Finished refused = command({"report", output(), "-o", download});
  EXPECT_EQ(2, refused.exit_status) << refused.describe();
  EXPECT_TRUE(has(refused.err, "which is a download")) << refused.err;
  // One among the downloads is no foreign file.
  EXPECT_EQ(0, command({"report", output(), "-o", output() + "/mine.html"}).exit_status);
  const Finished verified = command({"verify", output(), "--strict"});
  EXPECT_EQ(0, verified.exit_status) << verified.describe();
}

TEST_F(ReportTest, SaysWhatIsWrong) {
  const Finished nowhere = command({"report", folder_.at("none")});
  EXPECT_EQ(2, nowhere.exit_status) << nowhere.describe();
  EXPECT_TRUE(has(nowhere.err, "there is no folder")) << nowhere.err;
  std::filesystem::create_directory(folder_.at("empty"));
  const Finished empty = command({"report", folder_.at("empty")});
  EXPECT_EQ(2, empty.exit_status) << empty.describe();
  EXPECT_TRUE(has(empty.err, "there is no ledger")) << empty.err;

  run_once();
  const Finished full = command({"report", output(), "-o", "/dev/full"});
  EXPECT_EQ(4, full.exit_status) << full.describe();
  EXPECT_TRUE(has(full.err, "No space left")) << full.err;
  EXPECT_EQ(4, command({"report", output(), "-o", folder_.at("no/such.html")}).exit_status);

  Launch unread = command_setup({"report", output(), "-o", "-"});
  unread.stdout_unread = true;
  EXPECT_EQ(SIGPIPE, run(unread).signal);

  const auto names = names_in_folder();
  rlimit was{};
  ::getrlimit(RLIMIT_FSIZE, &was);
  const rlimit small{.rlim_cur = 5'000, .rlim_max = was.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);  // the program inherits it
  const Finished large = command({"report", output()});
  ::setrlimit(RLIMIT_FSIZE, &was);
  EXPECT_EQ(4, large.exit_status) << large.describe();
  EXPECT_EQ(names, names_in_folder());
}

TEST_F(ReportTest, WorksWhileARunGoesOn) {
  const auto gate = std::make_shared<Gate>();
  auto links = serve_many(2, 1000);
  origin_.serve("/held.jpg", Reply{.body = noise(1000, 9), .gate = gate});
  links.push_back("/held.jpg");
  FanfetchProcess process(list_setup(links, {"-w1"}));
  EXPECT_TRUE(eventually(
      [&] {
        return std::filesystem::exists(output() + "/.fanfetch/lock") &&
               has(command({"status", output(), "--json"}).out, "\"links\":2,");
      },
      kPatience));
  const Finished finished = command({"report", output()});
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(page(), ": 2 saved, 0 failed</title>"));
  EXPECT_TRUE(has(page(), "Running for"));
  gate->open();
  EXPECT_EQ(0, finish(process).exit_status);
}

}  // namespace
}  // namespace fanfetch::system
