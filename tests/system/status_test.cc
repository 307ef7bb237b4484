// fanfetch status: what is in a folder, whatever its runs are doing. And what all commands share.

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>

#include "coordinator/ledger/database.h"
#include "tests/support/as_nobody.h"
#include "tests/system/command_test.h"

namespace fanfetch::system {
namespace {

class StatusTest : public CommandTest {
 protected:
  std::string json() { return command({"status", output(), "--json"}).out; }
  std::string text() { return command({"status", output()}).out; }

  /// A run whose last link waits until gate_ opens, and whose others are in the ledger.
  std::unique_ptr<FanfetchProcess> start_held() {
    auto links = serve_many(5, 1000);
    origin_.serve("/held.jpg", Reply{.body = picture("held"), .gate = gate_});
    links.insert(links.end(), {"/held.jpg", "/missing.jpg"});
    auto process = std::make_unique<FanfetchProcess>(list_setup(links, {"-w1"}));
    EXPECT_TRUE(eventually([&] { return has(json_or_nothing(), "\"links\":6,"); }, kPatience));
    return process;
  }

  /// What such a question for a number yields; -1: nothing.
  std::int64_t ledger_number(const char* sql) {
    const auto ledger =
        Database::open(output() + "/.fanfetch/ledger.sqlite", Database::Access::read_only);
    if (!ledger) return -1;
    Statement select(**ledger, sql);
    return select.step() ? select.number() : -1;
  }
  /// Of run 1, by its sums.
  std::int64_t measured_files() {
    return ledger_number("SELECT files FROM host_sums WHERE run=1 AND host='127.0.0.1'");
  }
  void forget_exit_status() {
    const auto ledger =
        Database::open(output() + "/.fanfetch/ledger.sqlite", Database::Access::read_write);
    (*ledger)->exec("UPDATE runs SET exit_status=NULL");
    EXPECT_TRUE((*ledger)->ok());
  }

  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();

 private:
  /// There is no ledger in the run's first moments.
  std::string json_or_nothing() {
    return std::filesystem::exists(output() + "/.fanfetch/lock") ? json() : "";
  }
};

TEST_F(StatusTest, CountsAfterARunWithFailures) {
  auto links = serve_many(5, 1000);
  links.insert(links.end(), {"/missing.jpg", "/gone.jpg", "nonsense", "http://0.0.0.0/a.jpg"});
  EXPECT_EQ(1, run(list_setup(links)).exit_status);
  const Finished finished = command({"status", output(), "--by-host"});
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ("", finished.err);
  for (const char* part :
       {": 9 links, 4.9 KiB in files\n", "  saved       5\n", "  failed      4\n",
        "    http_4xx  2\n", "    bad_url   1\n", "    refused   1\n",
        "\nRun 1 finished: started 2", "\n  5 saved, 0 kept, 0 skipped, 4 failed\n",
        "  host       saved  failed    bytes  first byte  ",
        "  127.0.0.1      5       2  4.9 KiB  ", " ms  ", "iB/s  http_4xx 404: 2\n",
        "  (none)         0       1      0 B           -  ", "  -  bad_url: 1\n",
        "  0.0.0.0        0       1      0 B           -  ", "  -  refused: 1\n"}) {
    EXPECT_TRUE(has(finished.out, part)) << part << finished.out;
  }
  EXPECT_LT(finished.out.find("127.0.0.1 "), finished.out.find("(none)")) << "sorted by failures";
}

TEST_F(StatusTest, JsonOfTheLastOfTwoRuns) {
  auto links = serve_many(5, 1000);
  links.emplace_back("/000.jpg");
  EXPECT_EQ(0, run(list_setup(links)).exit_status);
  origin_.serve("/new.jpg", ok(picture("new")));
  links.emplace_back("/new.jpg");
  EXPECT_EQ(0, run(list_setup(links)).exit_status);
  const std::string out = json();
  EXPECT_TRUE(out.starts_with(fmt::format(
      R"({{"schema":1,"output":"{}","links":6,"saved":6,"failed":0,"bytes":5007,"failed_by_class":{{}},)"
      R"("held_by":null,"last_run":{{"number":2,"state":"finished","pid":)",
      output())))
      << out;
  EXPECT_TRUE(
      has(out, R"("saved":1,"kept":5,"skipped":1,"failed":0,"stood":0,"sandbox":{"level":")"))
      << out;
  EXPECT_TRUE(out.ends_with(
      "]},\"exit_status\":0,\"signal\":null,\"slice\":null},\"hosts\":null,\"failed_by_status\":{},"
      "\"live\":null}\n"))
      << out;
}

TEST_F(StatusTest, TellsNewFailuresFromThoseThatStand) {
  origin_.serve("/broken.jpg", status(500));
  (void)run(list_setup({"/gone.jpg", "/broken.jpg", "nonsense"}, {"--retries=0"}));
  EXPECT_TRUE(has(text(), "\n  0 saved, 0 kept, 0 skipped, 3 failed\n")) << text();
  (void)run(list_setup({"/gone.jpg", "/broken.jpg", "nonsense", "/new.jpg"}, {"--retries=0"}));
  EXPECT_TRUE(has(text(), "  failed      4\n")) << text();
  EXPECT_TRUE(has(text(), "\n  0 saved, 0 kept, 0 skipped, 1 failed, 3 stand from earlier runs\n"))
      << text();
  EXPECT_TRUE(has(json(), "\"skipped\":0,\"failed\":4,\"stood\":3,")) << json();
}

TEST_F(StatusTest, HostsAsTheLastRunMeasuredThem) {
  auto links = serve_many(5, 1000);
  links.emplace_back("/missing.jpg");
  EXPECT_EQ(1, run(list_setup(links)).exit_status);
  const auto hosts = [this](const std::string& more) {
    return command({"status", output(), "--by-host", "--json", more}).out;
  };
  const std::string out = hosts("--limit=1");
  EXPECT_TRUE(has(out, R"("hosts":[{"host":"127.0.0.1","saved":5,"failed":1,"bytes":5000,)"
                       R"("failed_by_class":{"http_4xx":1},"failed_by_status":{"404":1},)"
                       R"("requests":6,"retries":0,"first_byte_ms":)"))
      << out;
  EXPECT_FALSE(has(out, "\"bytes_per_second\":null")) << out;
  EXPECT_EQ(0, run(list_setup(serve_many(5, 1000))).exit_status) << "asks for nothing";
  EXPECT_TRUE(has(hosts("--limit=1"), "\"requests\":6,")) << "what was measured before stays";
}

TEST_F(StatusTest, SeveralFolders) {
  EXPECT_EQ(0, run(list_setup(serve_many(3, 1000))).exit_status);
  auto failing = list_setup({"/missing.jpg"});
  failing.args.insert(failing.args.end(), {"-o", folder_.at("other")});
  EXPECT_EQ(1, run(failing).exit_status);
  const std::string other = folder_.at("other");
  const Finished both = command({"status", output(), other, "--json"});
  EXPECT_EQ(0, both.exit_status) << both.describe();
  EXPECT_EQ(2, std::ranges::count(both.out, '\n')) << both.out;
  EXPECT_TRUE(both.out.starts_with("{\"schema\":1,\"output\":\"" + output() + "\"")) << both.out;
  EXPECT_TRUE(has(both.out, "\n{\"schema\":1,\"output\":\"" + other + "\"")) << both.out;
  EXPECT_EQ(1, command({"status", output(), other, "--exit-code"}).exit_status);
  const Finished lost = command({"status", output(), "nowhere", other, "--json"});
  EXPECT_EQ(2, lost.exit_status) << lost.describe();
  EXPECT_EQ(lost.out, both.out) << "the others are shown all the same";
  EXPECT_TRUE(has(lost.err, "there is no folder 'nowhere'")) << lost.err;
  EXPECT_TRUE(has(command({"status", output(), other}).out, "\n\n" + other + ": 1 links"))
      << "text";
}

TEST_F(StatusTest, TheFolderHereNeedsNoName) {
  const Finished neither = command({"status"});
  EXPECT_EQ(2, neither.exit_status) << neither.describe();
  EXPECT_EQ(
      "fanfetch status: DIR is missing: the configuration names no output, and neither downloads "
      "nor images here has a ledger\nsee fanfetch status --help\n",
      neither.err);
  (void)folder_.write("downloads/file", "no ledger");
  EXPECT_EQ(0, run(list_setup(serve_many(3, 1000))).exit_status);
  EXPECT_TRUE(command({"status"}).out.starts_with("images: 3 links")) << command({"status"}).out;
  EXPECT_EQ(0, command({"verify"}).exit_status);
  EXPECT_EQ(3, std::ranges::count(command({"export"}).out, '\n'));
  // Started with the same words, and the folder: it gets beyond the ledger.
  const Finished web = command({"web", "--token-file", "missing"});
  EXPECT_TRUE(has(web.err, "cannot read 'missing'")) << web.describe();
  auto other = list_setup({"/000.jpg"});
  other.args.insert(other.args.end(), {"-o", folder_.at("downloads")});
  EXPECT_EQ(0, run(other).exit_status);
  const Finished both = command({"status"});
  EXPECT_EQ(2, both.exit_status) << both.describe();
  EXPECT_TRUE(has(both.err, "DIR is missing: both downloads and images here have a ledger\n"))
      << both.err;
  EXPECT_EQ("", both.out);
}

TEST_F(StatusTest, TheConfiguredFolderNeedsNoName) {
  const auto configured = [this](std::vector<std::string> args) {
    Launch given = command_setup(std::move(args));
    given.env["XDG_CONFIG_HOME"] = folder_.at("home");
    return run(given);
  };
  const std::string ledger = folder_.at("l.sqlite");
  EXPECT_EQ(0, run(list_setup(serve_many(2, 1000))).exit_status);
  auto other = list_setup({"/000.jpg"}, {"--ledger", ledger});
  other.args.insert(other.args.end(), {"-o", folder_.at("other")});
  EXPECT_EQ(0, run(other).exit_status);
  const std::string file = folder_.write(
      "home/fanfetch/config", "client-id-file = missing\noutput = other\nledger = l.sqlite\n");
  const Finished before_images = configured({"status"});
  EXPECT_TRUE(before_images.out.starts_with("other: 1 links")) << before_images.describe();
  const Finished web = configured({"web", "--token-file", "missing"});
  EXPECT_TRUE(has(web.err, "cannot read 'missing'")) << web.describe();
  (void)folder_.write("home/fanfetch/config", "outptu = other\n");
  const Finished wrong = configured({"status"});
  EXPECT_EQ(2, wrong.exit_status) << wrong.describe();
  EXPECT_TRUE(has(wrong.err, "fanfetch status: " + file + ":1: ")) << wrong.err;
  EXPECT_EQ(0, configured({"status", "images"}).exit_status) << "it is not read for a DIR";
}

TEST_F(StatusTest, AnOlderFanfetchKeptNoExitStatus) {
  EXPECT_EQ(0, run(list_setup(serve_many(3, 1000))).exit_status);
  EXPECT_EQ(0, command({"status", output(), "--exit-code"}).exit_status);
  forget_exit_status();
  const Finished unknown = command({"status", output(), "--exit-code"});
  EXPECT_EQ(4, unknown.exit_status) << unknown.describe();
  EXPECT_TRUE(has(unknown.err, "was an older fanfetch's, which kept no exit status"))
      << unknown.err;
}

/// The ledger has the run's samples and its sums, of a run that was killed as well.
TEST_F(StatusTest, WhatARunMeasuresIsInItsLedger) {
  const auto process = start_held();
  EXPECT_TRUE(eventually([&] { return measured_files() == 5; }, kPatience));
  process->signal(SIGKILL);
  EXPECT_EQ(SIGKILL, finish(*process).signal);
  EXPECT_EQ(5, measured_files());
  gate_->open();
  (void)run(list_setup({"/held.jpg"}));
  EXPECT_EQ(1, ledger_number("SELECT files FROM samples WHERE run=2")) << "the end is a sample";
}

TEST_F(StatusTest, WhileARunIsGoingOn) {
  const auto process = start_held();
  const std::string out = json();
  const std::string pid = std::to_string(process->pid());
  EXPECT_TRUE(has(out, "\"held_by\":" + pid + ",")) << out;
  EXPECT_TRUE(has(out, "\"state\":\"running\",\"pid\":" + pid + ",")) << out;
  EXPECT_TRUE(has(out, "\"ended_at\":null,\"duration_ms\":")) << out;
  EXPECT_FALSE(has(out, "\"duration_ms\":null")) << out;
  EXPECT_TRUE(has(out, "\"saved\":5,\"kept\":null,\"skipped\":null,\"failed\":1,\"stood\":0,"))
      << out;
  EXPECT_TRUE(has(text(), "Run 1 is running (pid " + pid + "): started")) << text();
  EXPECT_TRUE(has(text(), "\n  5 saved, 1 failed so far\n")) << text();
  EXPECT_TRUE(has(out, "\"exit_status\":null,\"signal\":null")) << out;
  EXPECT_EQ(5, command({"status", output(), "--exit-code"}).exit_status);
  gate_->open();
  EXPECT_EQ(1, finish(*process).exit_status) << "the run does not notice";
  EXPECT_EQ(1, command({"status", output(), "--exit-code"}).exit_status);
  EXPECT_TRUE(has(text(), "Run 1 finished: ")) << text();
}

TEST_F(StatusTest, AfterAKill) {
  const auto process = start_held();
  process->signal(SIGKILL);
  EXPECT_EQ(SIGKILL, finish(*process).signal);
  EXPECT_TRUE(has(json(), "\"held_by\":null,")) << json();
  EXPECT_TRUE(has(json(), "\"state\":\"killed\",")) << json();
  EXPECT_TRUE(has(json(), "\"ended_at\":null,\"duration_ms\":null,\"saved\":5,")) << json();
  EXPECT_TRUE(has(text(), "Run 1 was killed, or could not write its end: started ")) << text();
  EXPECT_TRUE(has(json(), "\"exit_status\":null,\"signal\":null")) << json();
  EXPECT_EQ(137, command({"status", output(), "--exit-code"}).exit_status);
}

TEST_F(StatusTest, AfterAnInterrupt) {
  const auto process = start_held();
  process->signal(SIGINT);
  gate_->open();
  EXPECT_EQ(SIGINT, finish(*process).signal);
  EXPECT_FALSE(has(text(), "was killed")) << text();
  EXPECT_TRUE(has(json(), "\"exit_status\":null,\"signal\":2")) << json();
  EXPECT_EQ(130, command({"status", output(), "--exit-code"}).exit_status);
  EXPECT_TRUE(has(json(), "\"held_by\":null,")) << json();
}

TEST_F(StatusTest, OfAFolderThatCannotBeWritten) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "LeakSanitizer cannot look into a program that changed its user";
#endif
  EXPECT_EQ(0, run(list_setup(serve_many(3, 1000))).exit_status);
  const AsNobody nobody({folder_.path(), output()}, output() + "/.fanfetch");
  const Finished finished = command({"status", output()});
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.out, "  saved   3\n")) << finished.out;
}

TEST_F(StatusTest, LedgerElsewhere) {
  const std::string ledger = folder_.at("l.sqlite");
  EXPECT_EQ(0, run(list_setup(serve_many(3, 1000), {"--ledger", ledger})).exit_status);
  EXPECT_TRUE(has(command({"status", output(), "--ledger", ledger}).out, "  saved   3\n"));
  EXPECT_EQ(2, command({"status", output()}).exit_status);
}

TEST_F(StatusTest, NoLedgerThere) {
  (void)folder_.write("there/file", "text");
  for (const char* name : {"status", "verify", "export"}) {
    const Finished none = command({name, "there"});
    EXPECT_EQ(2, none.exit_status) << none.describe();
    EXPECT_TRUE(has(none.err, "fanfetch: there is no ledger in 'there'")) << none.err;
    EXPECT_EQ("", none.out);
    const Finished nowhere = command({name, "nowhere"});
    EXPECT_EQ(2, nowhere.exit_status) << nowhere.describe();
    EXPECT_TRUE(has(nowhere.err, "there is no folder 'nowhere'")) << nowhere.err;
    const Finished elsewhere = command({name, "there", "--ledger", "lost.sqlite"});
    EXPECT_EQ(2, elsewhere.exit_status) << elsewhere.describe();
    EXPECT_TRUE(has(elsewhere.err, "there is no ledger 'lost.sqlite'")) << elsewhere.err;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.at("nowhere"))) << "nothing is made";
  EXPECT_FALSE(std::filesystem::exists(folder_.at("there/.fanfetch")));
}

TEST_F(StatusTest, LedgerThatIsNone) {
  (void)folder_.write("there/.fanfetch/ledger.sqlite", std::string(8192, 'x'));
  for (const char* name : {"status", "export"}) {
    const Finished finished = command({name, "there"});
    EXPECT_EQ(4, finished.exit_status) << finished.describe();
    EXPECT_TRUE(has(finished.err, "there/.fanfetch/ledger.sqlite'")) << finished.err;
  }
  const Finished verified = command({"verify", "there"});
  EXPECT_EQ(4, verified.exit_status) << verified.describe();
  EXPECT_TRUE(has(verified.err, "is damaged")) << verified.err;
  EXPECT_EQ(std::string(8192, 'x'), read_file(folder_.at("there/.fanfetch/ledger.sqlite")))
      << "verify never touches a file";
}

TEST_F(StatusTest, UsageAndHelp) {
  const Finished wrong = command({"status", "--jsn"});
  EXPECT_EQ(2, wrong.exit_status);
  EXPECT_TRUE(has(wrong.err, "--jsn is not an option")) << wrong.err;
  const Finished help = command({"verify", "--help"});
  EXPECT_EQ(0, help.exit_status);
  EXPECT_TRUE(help.out.starts_with("Usage: fanfetch verify [DIR]")) << help.out;
  EXPECT_EQ("", help.err);
}

TEST_F(StatusTest, AFileOfThatNameIsAListAllTheSame) {
  origin_.serve("/a.jpg", ok(picture()));
  origin_.serve("/b.jpg", ok(picture()));
  (void)folder_.write("status", origin_.url("/a.jpg") + '\n');
  (void)folder_.write("verify", origin_.url("/b.jpg") + '\n');
  EXPECT_EQ(0, run(setup({"./status", "-i", "verify"})).exit_status);
  EXPECT_EQ(2u, saved_files().size());
}

TEST_F(StatusTest, ReaderOfStdoutGone) {
  EXPECT_EQ(0, run(list_setup(serve_many(1))).exit_status);
  Launch given = command_setup({"status", output()});
  given.stdout_unread = true;
  const Finished finished = run(given);
  EXPECT_EQ(SIGPIPE, finished.signal) << finished.describe();
}

}  // namespace
}  // namespace fanfetch::system
